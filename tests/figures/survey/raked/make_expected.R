# Run in this folder: Rscript make_expected.R   (R with survey and MASS)
suppressMessages(library(survey)); options(digits = 15)
data(api)
totals <- list(stype = c(E = 4421, H = 755, M = 1018), sch.wide = c(No = 1072, Yes = 5122))
population <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, sch.wideYes = 5122)
designs <- list(
  apistrat = svydesign(ids = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat),
  apiclus1 = svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1),
  apiclus1_plain = svydesign(ids = ~dnum, weights = ~pw, data = apiclus1)
)
line <- function(name) {
  raked <- calibrate(designs[[name]], ~stype + sch.wide, population, calfun = "raking", epsilon = 1e-12, maxit = 200)
  mean <- svymean(~api00, raked); share <- svymean(~I(awards == "Yes"), raked)
  sprintf('  "%s": {"api00": [%.12f, %.12f], "awards": [%.12f, %.12f], "first_weight": %.12f}', name,
          coef(mean), SE(mean), coef(share)[2], SE(share)[2], weights(raked)[1])
}
cat("{\n", paste(sapply(names(designs), line), collapse = ",\n"), "\n}\n", file = "expected.json", sep = "")
