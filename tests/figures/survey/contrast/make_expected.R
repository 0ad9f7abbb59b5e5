# Run in this folder: Rscript make_expected.R   (R with survey)
suppressMessages(library(survey)); options(digits = 15)
data(api)
apiclus1$cell <- paste(apiclus1$stype == "E", apiclus1$sch.wide, sep = "_")
apiclus1$awarded <- as.numeric(apiclus1$awards == "Yes")
designs <- list(
  apiclus1 = svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1),
  apiclus1_plain = svydesign(ids = ~dnum, weights = ~pw, data = apiclus1)
)
figure <- function(formula, design) {
  means <- svyby(formula, ~cell, design, svymean, covmat = TRUE)
  found <- svycontrast(means, setNames(c(1, -1, -1, 1), rownames(means)))
  sprintf("[%.10f, %.10f]", coef(found), SE(found))
}
line <- function(name) sprintf('  "%s": {"api00": %s, "awarded": %s}', name,
  figure(~api00, designs[[name]]), figure(~awarded, designs[[name]]))
cat("{\n", paste(sapply(names(designs), line), collapse = ",\n"), "\n}\n", file = "expected.json", sep = "")
