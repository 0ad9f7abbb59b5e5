# Writes bcg.csv (thirteen trials of BCG vaccine, Colditz et al. 1994, as metafor holds them) and
# expected.json with R metafor 3.8-1: REML, Knapp-Hartung never below the plain error ("adhoc"), prediction interval, leave one out.
library(metafor)
rows <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
write.csv(data.frame(trial = rows$trial, y = as.numeric(rows$yi), v = rows$vi), "bcg.csv", row.names = FALSE)
figures <- function(y, v) {
  own <- rma(y, v, method = "REML", test = "adhoc", control = list(threshold = 1e-12, maxiter = 1000))
  seen <- predict(own)
  c(tau2 = own$tau2, estimate = as.numeric(own$b), se = own$se, low = own$ci.lb, high = own$ci.ub,
    p = own$pval, predicted_low = seen$pi.lb, predicted_high = seen$pi.ub, q = own$QE, i2 = own$I2)
}
y <- as.numeric(rows$yi); v <- rows$vi
line <- function(x) paste0("{", paste0('"', names(x), '": ', format(x, digits = 15, trim = TRUE), collapse = ", "), "}")
sets <- list(all = figures(y, v), first_five = figures(y[1:5], v[1:5]), alike = figures(y[c(1, 3, 11)], v[c(1, 3, 11)]))
out <- sapply(seq_along(y), function(at) figures(y[-at], v[-at])["estimate"])
text <- c(sapply(names(sets), function(name) paste0('"', name, '": ', line(sets[[name]]))),
  paste0('"leave_one_out": [', paste(format(out, digits = 15, trim = TRUE), collapse = ", "), "]"))
writeLines(paste0("{\n", paste(text, collapse = ",\n"), "\n}"), "expected.json")
