"""Frames and cells to figures; pure, one chart a module."""
