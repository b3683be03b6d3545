"""`python -m mandorla` is the `mandorla` command."""

from mandorla.site.cli import main

if __name__ == "__main__":
    main()
