# mcpier: the commands. STACK names a file of stacks/: Pulumi.<stack>.yaml.
STACK ?= dev
SETUP = python3 -m toolchain
VENV = .venv/bin

.PHONY: up preview destroy doctor env check test soak bench-authgate bench-edge bench-bridges bench-platform \
	bench-image bench-portal schema screenshots

up: ## set up what is missing, then deploy the stack
	@$(SETUP) --stack $(STACK) -- $(VENV)/mcpier up --stack $(STACK)

preview: ## show what `make up` would do
	@$(SETUP) --stack $(STACK) -- $(VENV)/mcpier preview --stack $(STACK)

destroy: ## remove every container, network and volume; KEEP_PROTECTED=1 leaves protected instances
	@$(SETUP) --stack $(STACK) -- $(VENV)/mcpier destroy --stack $(STACK) \
		$(if $(KEEP_PROTECTED),--keep-protected)

doctor: ## look for all that can be wrong with the stack; fails if anything is
	@$(SETUP) --stack $(STACK) -- $(VENV)/mcpier doctor --stack $(STACK)

env: ## the shell lines for typing pulumi by hand: eval "$$(make -s env)"
	@$(SETUP) env $(STACK)

check: ## what needs no Docker: types, style, unit tests
	@$(SETUP) python -- $(VENV)/python -m tests check

test: ## every check, real ones included
	@$(SETUP) -- $(VENV)/python -m tests all

soak: ## what waits or repeats for long
	@$(SETUP) -- $(VENV)/python -m tests soak

bench-authgate: ## the gate against its rivals, through one Traefik: a JSON object a figure
	@$(SETUP) engine python bases -- $(VENV)/python -m tests.bench.authgate

bench-platform: ## deploys beside a bare Pulumi program and docker-compose
	@$(SETUP) -- $(VENV)/python -m tests.bench.platform

bench-image: ## the Playwright instance's speed, healing, cost and size; JSON lines
	@$(SETUP) -- $(VENV)/python -m tests.bench.image

bench-edge: ## calls through the edge, beside a plain Traefik and none; JSON lines
	@$(SETUP) -- $(VENV)/python -m tests.bench.edge

bench-bridges: ## bridges from stdio under the conformance suite, their memory and calls; JSON lines
	@$(SETUP) -- $(VENV)/python -m tests.bench.bridges

bench-portal: ## how soon the portal shows a stack of 200 instances, and its cost; JSON lines
	@$(SETUP) python -- $(VENV)/python -m tests.bench.portal

screenshots: ## take the pictures of docs/screenshots anew
	@$(SETUP) engine python bases -- $(VENV)/python -m tests.portal.screenshots

schema: ## write the stack file's JSON Schema and reference anew, after a change of its keys
	@$(SETUP) python -- $(VENV)/python -m schema
