"""Where expected risk is high and presence or trust is low."""
