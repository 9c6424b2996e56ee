# Fits the multilevel logit of multilevel.py with R's packages, where they are installed.
# Arguments: file of answers. Prints one line a package: name, seconds on the clock and of the
# processor, standard deviations.
answers <- read.csv(commandArgs(TRUE)[1], colClasses = c(commune = "character"))
model <- lacks ~ sex + deprivation + (1 | commune) + (1 | canton) + (1 | age) + (1 | education) +
  (1 | age:education)
order <- c("commune", "canton", "age", "education", "age:education")
tell <- function(name, seconds, deviations) {
  cat(name, round(c(seconds["elapsed"], sum(seconds[1:2])), 2), round(deviations[order], 4), "\n")
}
if (requireNamespace("glmmTMB", quietly = TRUE)) {
  taken <- system.time(fit <- glmmTMB::glmmTMB(model, answers, binomial))
  parts <- glmmTMB::VarCorr(fit)$cond
  tell("glmmTMB", taken, sapply(parts, function(part) unname(attr(part, "stddev"))))
}
if (requireNamespace("lme4", quietly = TRUE)) {
  for (points in 0:1) {
    taken <- system.time(fit <- lme4::glmer(model, answers, binomial, nAGQ = points))
    parts <- lme4::VarCorr(fit)
    deviations <- sapply(parts, function(part) unname(attr(part, "stddev")))
    tell(paste0("glmer(nAGQ=", points, ")"), taken, deviations)
  }
}
