"""`python -m schema`: writes what is made from the parser, the types and the example."""

from schema.files import published

for file, text in published().items():
    file.write_text(text, encoding="utf-8")
