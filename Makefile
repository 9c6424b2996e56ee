# Needs Python >= 3.11 (another one: make report PYTHON=python3.12); all else goes into .venv.
PYTHON ?=
bin := .venv/bin
setup := @PYTHON="$(PYTHON)" sh .ci/setup
more := $(if $(UPGRADE),--upgrade)
.PHONY: help report test check notebooks environment clean

help:
	@echo "make report       reports/index.html and a page for each canton"
	@echo "make test         run the tests"
	@echo "make check        ruff and mypy"
	@echo "make notebooks    export the notebooks as pages"
	@echo "make environment  renew requirements.lock and environment.yml from pyproject.toml"
	@echo "                  (UPGRADE=1 takes the newest versions)"
	@echo "make clean        remove .venv, caches, pages and built tables; fetched files stay"

report:
	$(setup)
	@$(bin)/divide report --all

test:
	$(setup)
	@$(bin)/python -m pytest -n auto

check:
	$(setup)
	@$(bin)/ruff check --quiet
	@$(bin)/ruff format --quiet --check
	@$(bin)/mypy --no-error-summary

notebooks:
	$(setup)
	@for file in notebooks/[0-9]*.py; do \
	  name=$$(basename "$$file"); $(bin)/divide notebook "$${name%%_*}" || exit $$?; \
	done

# No addresses in the lock: versions and hashes say all, and any mirror of the index serves.
environment:
	$(setup)
	@$(bin)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  $(more) --output-file requirements.lock pyproject.toml
	@$(bin)/python .ci/environment.py

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist reports
	@find data/processed -mindepth 1 ! -name .gitkeep -exec rm -rf {} +
	@find src tests .ci -name __pycache__ -type d -prune -exec rm -rf {} +
