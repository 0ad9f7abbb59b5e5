"""Backups of a workspace: one encrypted file, and a workspace made of it again."""
