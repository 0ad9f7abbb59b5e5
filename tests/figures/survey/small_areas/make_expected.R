# The area-level model of the milk data by R metafor (a random-effects regression with known
# sampling variances, REML): what the tests hold `indicators.survey.areas` with.
# Rscript make_expected.R > expected.csv     (R 4.2.2, metafor 3.8-1, both of Debian 12)
suppressMessages(library(metafor))
milk <- read.csv("milk.csv")
fit <- rma(estimate, sd^2, mods = ~ factor(major_area), data = milk, method = "REML",
           test = "z", control = list(threshold = 1e-12, maxiter = 1000))
drawn <- blup(fit)
# The second-order mean squared error of a REML fit (Datta and Lahiri 2000), from its own definition
# in matrices: g1 + g2 + 2 g3.
X <- model.matrix(~ factor(major_area), milk); D <- milk$sd^2; s <- fit$tau2
V <- s + D; gamma <- s / V
Q <- solve(t(X) %*% diag(1 / V) %*% X)
g2 <- (1 - gamma)^2 * diag(X %*% Q %*% t(X))
g3 <- D^2 / V^3 * 2 / sum(1 / V^2)
out <- data.frame(small_area = milk$small_area, eblup = drawn$pred, g1_g2 = drawn$se^2,
                  mse = gamma * D + g2 + 2 * g3)
fixed <- data.frame(small_area = paste0("beta_", 0:3), eblup = as.vector(fit$beta),
                    g1_g2 = fit$se^2, mse = NA)
variance <- data.frame(small_area = "sigma2_u", eblup = s, g1_g2 = NA, mse = NA)
options(digits = 12)
write.csv(rbind(variance, fixed, out), row.names = FALSE, quote = FALSE, na = "")
