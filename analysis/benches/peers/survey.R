# R's survey package on the benchmark's file: Rscript survey.R FILE.csv OUT.csv
# Twelve means overall and by township, and the share of the top two answers of three items with logit limits.
suppressMessages({library(survey); library(data.table)})
args <- commandArgs(trailingOnly = TRUE)
clock <- function() proc.time()[["elapsed"]]
start <- clock()
frame <- as.data.frame(fread(args[1]))
loaded <- clock()
design <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = frame)
lines <- list()
items <- paste0("q", 1:12)
for (item in items) {
  f <- as.formula(paste0("~", item))
  all <- svymean(f, design, na.rm = TRUE)
  lines[[length(lines) + 1]] <- data.frame(of = item, township = NA, estimate = coef(all), se = as.numeric(SE(all)))
  by <- svyby(f, ~township, design, svymean, na.rm = TRUE)
  lines[[length(lines) + 1]] <- data.frame(of = item, township = by$township, estimate = coef(by), se = as.numeric(SE(by)))
}
for (item in items[1:3]) {
  svyciprop(as.formula(paste0("~I(", item, " >= 4)")), design, method = "logit", na.rm = TRUE)
}
done <- clock()
write.csv(do.call(rbind, lines), args[2], row.names = FALSE)
cat(sprintf('{"peer":"R survey %s","load":%.2f,"compute":%.2f}\n', packageVersion("survey"), loaded - start, done - loaded))
