# The same estimates by R's survey package: times and results for survey_estimates.py.
suppressMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)[1]
runs <- as.integer(commandArgs(trailingOnly = TRUE)[2])

rows_of <- function(name) {
  rows <- read.csv(file.path(folder, paste0(name, ".csv")))
  for (column in c("a", "b", "c", "e", "domain", "stratum")) rows[[column]] <- factor(rows[[column]])
  rows
}
design_of <- function(rows) {
  svydesign(id = ~1, strata = ~stratum, weights = ~weight, fpc = ~frame, data = rows)
}
margins_of <- function(name) {
  told <- read.csv(file.path(folder, paste0(name, "_margins.csv")))
  lapply(c("a", "b", "c", "e"), function(column) {
    one <- told[told$margin == column, c("category", "total")]
    names(one) <- c(column, "Freq")
    one[[column]] <- factor(one[[column]])
    one
  })
}
formulas <- list(~a, ~b, ~c, ~e)
# The list of a replicate design is raked in 500 replicates by default settings.
rake_tight <- function(design, margins) {
  rake(design, formulas, margins, control = list(maxit = 500, epsilon = 1e-9))
}
timed <- function(run, times) {
  taken <- numeric(times)
  for (i in seq_len(times)) taken[i] <- system.time(found <- run())[["elapsed"]]
  list(median(taken), found)
}

large <- rows_of("large"); design <- design_of(large); margins <- margins_of("large")
raking <- timed(function() rake(design, formulas, margins, control = list(maxit = 10)), runs)
exact <- rake_tight(design, margins)
write.csv(data.frame(weight = weights(exact)), file.path(folder, "r_weights.csv"), row.names = FALSE)
means <- timed(function() svyby(~y, ~domain, design, svymean), runs)
write.csv(data.frame(value = coef(means[[2]]), se = SE(means[[2]])),
          file.path(folder, "r_means.csv"), row.names = FALSE)

small <- rows_of("small"); design <- design_of(small); margins <- margins_of("small")
replicated <- timed(function() {
  drawn <- as.svrepdesign(design, type = "subbootstrap", replicates = 500)
  svyby(~y, ~domain, rake(drawn, formulas, margins), svymean)
}, 1)
write.csv(data.frame(value = coef(replicated[[2]]), se = SE(replicated[[2]])),
          file.path(folder, "r_replicated.csv"), row.names = FALSE)
cat(raking[[1]], means[[1]], replicated[[1]], as.character(packageVersion("survey")), "\n")
