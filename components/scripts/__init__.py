"""Programs that Commands run: standard library only, for they run outside the program's venv."""
