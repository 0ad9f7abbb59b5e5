"""Headquarters: releases fetched from many missions' servers, and one mart over all of them."""
