# Reference figures for `analysis/tests/round/against_r.rs`: differences between ways of answering, as found and within
# cells of category x grade x age, by R's survey package.
#
#   Rscript ways.R          (R 4.2.2, survey 4.1-1, jsonlite; writes persons.csv and figures.json beside itself)
#
# Nothing of the crate is used. The full regression is fitted with a constant for every cell and one slope, by svyglm
# where every person counts once, and by the linearised coefficients of Binder (1983) under svytotal where a person
# counts once per service needed; where both can be computed they must agree. Cells are merged by a separate reading of
# the rule that `classes` states.
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust", digits = 17)

# --- data -----------------------------------------------------------------------------------------------------------
set.seed(20261125)
n <- 420
pick <- function(values, prob = NULL) sample(values, n, replace = TRUE, prob = prob)
unit <- pick(c("t1v1", "t1v2", "t2v1", "t2v2", "t3v1", "t3v2"))
d <- data.frame(
  case_id = sprintf("r%04d", seq_len(n)), unit = unit, township = substr(unit, 1, 2),
  # t3 has one drawn village: a stratum with a single PSU; t3v2 is taken for certain.
  certainty = unit == "t3v2",
  # In sixteenths: the same number in binary for R and for Rust.
  base_weight = round(runif(n, 4, 30) * 16) / 16,
  sex = pick(c("male", "female")),
  category = pick(c("vision", "physical", "speech"), c(.45, .45, .1)),
  grade = pick(c("1", "2"), c(.6, .4)), age_band = pick(c("45-59", "60-74", "75+"), c(.4, .4, .2))
)
ill <- (d$category == "vision") + (d$grade == "1")
d$answering <- ifelse(runif(n) < .15 + .12 * ill, "proxy", ifelse(runif(n) < .3, "assisted", "self"))
d$mode <- ifelse(runif(n) < .3 + .1 * ill, "interview", ifelse(runif(n) < .15, "phone", "web"))
took <- runif(n) < plogis(.6 - .5 * ill - .4 * (d$answering == "proxy") + .3 * (d$township == "t2"))
d$took_part <- ifelse(took, "training", "none")
d$took_part[runif(n) < .06] <- ""
d$sat_overall <- as.character(pmin(5, pmax(1, round(rnorm(n, 3.6 - .3 * ill + .3 * (d$mode == "interview"), 1)))))
d$sat_overall[runif(n) < .07] <- "dk"
d$sat_overall[d$answering == "proxy" | runif(n) < .04] <- ""
need_rehab <- runif(n) < .6; need_care <- runif(n) < .45
d$need <- trimws(paste(ifelse(need_rehab, "rehab", ""), ifelse(need_care, "care", "")))
d$need[d$need == ""] <- "none"
got <- function(asked) ifelse(asked, pick(c("yes", "partly", "no", "dk"), c(.35, .2, .38, .07)), "")
d$recv_rehab <- got(need_rehab); d$recv_care <- got(need_care)
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))))
out <- d; out$certainty <- ifelse(out$certainty, "true", "")
write.csv(out, file.path(here, "persons.csv"), row.names = FALSE, quote = FALSE)

# --- what each person adds to a measure ------------------------------------------------------------------------------
covered <- function(r, asked) cbind(asked & r %in% c("yes", "partly"), asked & r %in% c("yes", "partly", "no"))
cover <- covered(d$recv_rehab, need_rehab) + covered(d$recv_care, need_care)
points <- suppressWarnings(as.numeric(d$sat_overall))
measures <- list(
  "1.1" = data.frame(y = as.numeric(d$took_part == "training"), x = as.numeric(d$took_part != "")),
  "2.1" = data.frame(y = cover[, 1], x = cover[, 2]),
  "3" = data.frame(y = ifelse(is.na(points), 0, 25 * (points - 1)), x = as.numeric(!is.na(points)))
)

# --- cells -----------------------------------------------------------------------------------------------------------
# Small cells of a family (same leading columns) go together; if still small they join the family's smallest sufficient
# cell; if there is none, the family goes up a column as one cell. What is small at the top joins the smallest cell.
cells <- function(keys, used, least = 20) {
  names <- do.call(paste, c(keys, sep = "/"))
  count <- tapply(used, names, sum)
  parts <- strsplit(names(count), "/")
  open <- lapply(seq_along(count), function(i) list(key = parts[[i]], has = names(count)[i], n = count[[i]]))
  done <- list()
  join <- function(group) list(key = NULL, has = unlist(lapply(group, `[[`, "has")), n = sum(sapply(group, `[[`, "n")))
  for (depth in rev(seq_along(keys)) - 1) {
    if (!length(open)) break
    prefix <- sapply(open, function(c) paste(c$key[seq_len(depth)], collapse = "/"))
    up <- list()
    for (p in sort(unique(prefix), method = "radix")) {
      family <- open[prefix == p]
      small <- sapply(family, `[[`, "n") < least
      large <- family[!small]
      if (any(small)) {
        rest <- join(family[small])
        if (rest$n >= least) large <- c(large, list(rest))
        else if (length(large)) {
          at <- which.min(sapply(large, `[[`, "n"))
          large[[at]] <- join(list(large[[at]], rest))
        } else {
          rest$key <- family[[1]]$key[seq_len(depth)]
          up <- c(up, list(rest))
        }
      }
      done <- c(done, large)
    }
    open <- up
  }
  for (rest in open) {
    if (length(done)) {
      at <- which.min(sapply(done, `[[`, "n"))
      done[[at]] <- join(list(done[[at]], rest))
    } else done <- list(rest)
  }
  of <- integer(); for (i in seq_along(done)) of[done[[i]]$has] <- i
  unname(of[names])
}

# --- designs ---------------------------------------------------------------------------------------------------------
d$h <- ifelse(d$certainty, paste0("certain/", d$township, "/", d$unit), paste0("drawn/", d$township))
d$psu <- ifelse(d$certainty, d$case_id, d$unit)
sizes <- tapply(d$base_weight, d$h, sum); answered <- table(d$h)
d$f <- ifelse(d$certainty, as.numeric(answered[d$h] / sizes[d$h]), 0)
for (m in names(measures)) { d[[paste0("y", m)]] <- measures[[m]]$y; d[[paste0("x", m)]] <- measures[[m]]$x }
plain <- svydesign(ids = ~psu, strata = ~h, fpc = ~f, weights = ~base_weight, data = d, nest = TRUE)
targets <- list(township = c(t1 = 2300, t2 = 2500, t3 = 2200), sex = c(female = 3600, male = 3400))
raked <- calibrate(plain, ~ township + sex, calfun = "raking", epsilon = 1e-13, maxit = 200,
  population = c("(Intercept)" = 7000, townshipt2 = 2500, townshipt3 = 2200, sexmale = 3400))

# --- figures ---------------------------------------------------------------------------------------------------------
contrast <- function(design, measure, by, level, reference, adjusted) {
  y <- d[[paste0("y", measure)]]; x <- d[[paste0("x", measure)]]; w <- weights(design)
  used <- d[[by]] %in% c(level, reference) & x > 0
  cell <- if (adjusted) cells(d[c("category", "grade", "age_band")], used) else rep(1L, n)
  first <- as.numeric(d[[by]] == level)
  X <- cbind(first, sapply(sort(unique(cell[used])), function(c) as.numeric(cell == c)))
  u <- ifelse(used, y / x, 0); weight <- ifelse(used, w * x, 0)
  bread <- solve(crossprod(X, weight * X))
  beta <- bread %*% crossprod(X, weight * u)
  # Binder (1983): the coefficient's linearised values, per unit of the design weight.
  z <- ifelse(used, x * as.numeric(u - X %*% beta) * as.numeric(X %*% bread[, 1]), 0)
  with_z <- update(design, z = z)
  se <- as.numeric(SE(svytotal(~z, with_z)))
  coefficients <- ncol(X)
  # A calibrated design keeps its rows in a subset, with weight 0: variables are added before.
  with_u <- update(design, out = u, first = first, cell = factor(ifelse(used, cell, cell[used][1])))
  part <- subset(with_u, used)
  df <- degf(part) + 1 - coefficients
  if (measure != "2.1") {
    model <- if (coefficients > 2) out ~ 0 + first + cell else out ~ first
    fit <- svyglm(model, part)
    stopifnot(abs(coef(fit)[["first"]] - beta[1]) < 1e-9, abs(SE(fit)[["first"]] / se - 1) < 1e-8, fit$df.residual == df)
  }
  own <- used & first == 1
  both <- cell %in% intersect(cell[own], cell[used & first == 0])
  list(measure = measure, by = by, level = level, reference = reference, adjusted = adjusted,
    estimate = beta[1], se = se, df = df, lower = beta[1] - qt(.975, df) * se, upper = beta[1] + qt(.975, df) * se,
    p_value = 2 * pt(-abs(beta[1] / se), df), n = sum(own), n_reference = sum(used & first == 0),
    overlap = if (adjusted) sum(weight[own & both]) / sum(weight[own]) else NA, cells = coefficients - 1)
}
level_estimate <- function(design, measure, by, level) {
  y <- paste0("y", measure); x <- paste0("x", measure)
  part <- subset(design, d[[by]] == level & d[[x]] > 0)
  found <- svyratio(as.formula(paste0("~`", y, "`")), as.formula(paste0("~`", x, "`")), part)
  list(measure = measure, by = by, level = level, estimate = as.numeric(coef(found)), se = as.numeric(SE(found)),
    n = sum(d[[by]] == level & d[[x]] > 0))
}
pairs <- list(c("answering", "assisted", "self"), c("answering", "proxy", "self"),
  c("mode", "interview", "web"), c("mode", "phone", "web"))
figures <- lapply(list(plain = plain, raked = raked), function(design) {
  kept <- Filter(function(p) !(p$m == "3" && p$p[2] == "proxy"),
    unlist(lapply(names(measures), function(m) lapply(pairs, function(p) list(m = m, p = p))), recursive = FALSE))
  list(
    differences = unlist(lapply(kept, function(k) lapply(c(FALSE, TRUE), function(a)
      contrast(design, k$m, k$p[1], k$p[2], k$p[3], a))), recursive = FALSE),
    estimates = unlist(lapply(names(measures), function(m) unlist(lapply(c("answering", "mode"), function(by)
      lapply(sort(unique(d[[by]][d[[paste0("x", m)]] > 0])), function(l) level_estimate(design, m, by, l))),
      recursive = FALSE)), recursive = FALSE))
})
figures$made_by <- paste0(R.version.string, ", survey ", packageVersion("survey"))
figures$margins <- lapply(targets, as.list)
writeLines(jsonlite::toJSON(figures, auto_unbox = TRUE, digits = I(17), na = "null", pretty = TRUE),
  file.path(here, "figures.json"))
