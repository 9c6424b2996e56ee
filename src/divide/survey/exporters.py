"""What exporters add beside the answers, and columns about persons, which may not come in."""

from collections.abc import Sequence
from typing import Final

from divide.survey.wordings import plain

# What exporters add: whose column tells when, in which language and how far a reply went.
_ROLES: Final = {
    "submitted": "submitdate, _submission_time, submissiondate, completion time, date submitted, "
    "date de soumission, datum abgeschickt, data invio, heure de fin, fertigstellungszeit, "
    "uhrzeit der fertigstellung, ora di completamento",
    "changed": "datestamp, date last action, date de la dernière action, datum letzte aktivität, "
    "data dell'ultima azione",
    "started": "startdate, start, start time, date started, date de lancement, datum gestartet, "
    "startzeit, heure de début, ora di inizio, data di inizio",
    "language": "startlanguage, start language, langue de départ, start-sprache, lingua iniziale",
    "lastpage": "lastpage, last page, dernière page, letzte seite, ultima pagina",
    "ignored": "id, response id, id de la réponse, antwort id, antwort-id, id risposta, seed, "
    "end, _id, _uuid, _validation_status, _notes, _status, _submitted_by, __version__, _tags, "
    "_index, _attachments, meta/instanceid, meta-instanceid, instanceid, key, submitterid, "
    "submittername, attachmentspresent, attachmentsexpected, status, reviewstate, deviceid, "
    "edits, formversion, today, username, meta-instancename, meta/instancename, instancename, "
    "__id, refurl, tête de série, zufallsstartwert",
}
# Columns that point to a person; nothing of them may stay, unless they are empty.
_PERSONAL: Final = (
    "email, e-mail, mail, e-mail address, email address, courriel, adresse e-mail, adresse mail, "
    "e-mail-adresse, indirizzo e-mail, posta elettronica, name, nom, nome, full name, prénom, "
    "prenom, nom et prénom, vorname, nachname, familienname, nome e cognome, cognome, firstname, "
    "first name, lastname, last name, surname, telefon, telefonnummer, téléphone, telephone, "
    "phone, telefono, mobile, natel, handy, cellulare, ipaddr, ip address, ip-adresse, "
    "adresse ip, indirizzo ip, token, access code, zugangscode, code d'accès, codice di accesso, "
    "date de naissance, geburtsdatum, data di nascita, date of birth, birthdate, birthday, ahv, "
    "avs, ahv-nummer, numéro avs, numero avs, ahvn13, navs13, social security number, patient, "
    "resident, bewohner, bewohnerin, résident, nom du résident, client name, name des klienten"
)
_TOKEN_FILE: Final = ({"token", "emailstatus"}, {"firstname", "lastname", "email"})


def _listed(text: str) -> list[str]:
    return [plain(word) for word in text.split(",")]


ROLES: Final = {word: role for role, words in _ROLES.items() for word in _listed(words)}
PERSONAL: Final = frozenset(_listed(_PERSONAL))


def is_token_file(headings: Sequence[str]) -> bool:
    """
    Tell whether a file is LimeSurvey's list of invited people.

    Examples
    --------
    >>> is_token_file(["tid", "firstname", "lastname", "email", "emailstatus", "token"])
    True
    """
    known = {plain(heading) for heading in headings}
    return any(words <= known for words in _TOKEN_FILE)
