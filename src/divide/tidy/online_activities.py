"""Tidy what persons do online: 29 activities of the national survey."""

from pathlib import Path
from typing import Final

from pandas import DataFrame

from divide.tidy.cubes import read_cube
from divide.tidy.ict_survey import survey_rows
from divide.tidy.internet_use import GROUPS

INDICATORS: Final = {
    "IUEMCH": "online_email",
    "IUPH1CH": "online_calls",
    "IUSNETCH": "online_social_networks",
    "IUIFCH": "online_product_information",
    "IUHOLSCH": "online_travel_services",
    "IUMFWEBCH": "online_radio_television",
    "IULMUSCH": "online_music",
    "IUWMOVCH": "online_films",
    "IUP2PCH": "online_peer_to_peer",
    "IUUPLCH": "online_own_content_2017",
    "IUUPL2CH": "online_own_content",
    "IUPGMCH": "online_games",
    "IUNW1CH": "online_news",
    "IUHEINFCH": "online_health_information",
    "IUCLRNCH": "online_learning_2014",
    "IUCLRN2CH": "online_encyclopedia",
    "CC_PMVCH": "online_streaming_applications_2017",
    "CCCH": "online_storage",
    "CC_SOFTCH": "online_office_software",
    "IUVOTECH": "online_consultations",
    "IUPOL1CH": "online_civic_opinion",
    "IUMAPPCH": "online_medical_appointment",
    "IUCHATCH": "online_instant_messaging",
    "IUOLCCH": "online_course",
    "IUOLMCH": "online_course_material",
    "IUOCISCH": "online_school_platform",
    "IUPPHRBCH": "online_private_lodging",
    "IUPPTUBCH": "online_private_transport",
    "IUPCWKCH": "online_crowdwork",
}


def tidy_online_activities(path: Path, *, edition: str) -> DataFrame:
    """
    Tidy the table of persons' online activities.

    The population is 15 years and older in 2014, and 15 to 88 years in private
    households since 2017. Shares are of all persons, not of users.

    Parameters
    ----------
    path : Path
        px-x-1604000000_102, a PX file or the JSON-stat of PxWeb.
    edition : str
        The file's date of publication.

    Returns
    -------
    DataFrame
        One row per indicator, group (sex, age, education and every cross) and year
        surveyed. `value` is the share of the group doing it, `count` the persons doing
        it, both with their standard errors.

    Raises
    ------
    SourceError
        If the file cannot be read.
    SourceChangedError
        If its dimensions, codes or labels are not those this function knows.
    """
    px = read_cube(path)
    return survey_rows(px, INDICATORS, GROUPS, source="bfs_ict_activities", edition=edition)
