# Every command of the project. `make` or `make help` lists them.
# A setting works on the command line (make run PORT=8081), in the environment, or in .env.

.DEFAULT_GOAL := help
.PHONY: help run stop test labs dev seed reset screenshots logs doctor clean bench chaos monitor monitor-stop \
	swarm swarm-stop swarm-test modern-test classic classic-stop compare publish
MAKEFLAGS += --no-print-directory

run: ## Start everything: engine, images, stack. The page is at http://localhost:8080
	@infra/stack/run.sh

stop: ## Stop everything and keep the votes
	@infra/stack/stop.sh

test: ## Lint, types, unit, integration and browser tests, on a stack of their own; ONLY=unit is one part, ONLY=vote.spec some files
	@infra/stack/test.sh

labs: ## Run the workshop's labs as they are written, on a stack of their own; LAB=03 runs one
	@infra/docs/labs.sh

bench: ## Measure: the whole table in 17 minutes; QUICK=1 takes 3; SWARM=1: three nodes against one machine
	@infra/bench/$(if $(SWARM),swarm,bench).sh $(if $(QUICK),--quick) $(ARGS)

compare: ## Measure the classic voting application and this one in turns, in 10 minutes; QUICK=1 takes 4
	@infra/bench/compare.sh $(if $(QUICK),--quick) $(ARGS)

chaos: ## Inject every fault under load, on a stack of its own; count lost votes
	@infra/bench/chaos.sh $(ARGS)

swarm: ## The same on a Swarm of three nodes, on this machine. The page is at http://localhost:8088
	@infra/swarm/run.sh

swarm-stop: ## Remove the Swarm with its nodes and votes
	@infra/swarm/stop.sh

swarm-test: ## Test on a Swarm of its own: the same checks, and failing nodes; counts lost votes
	@infra/swarm/test.sh

modern-test: ## Test on the newest packaged engine, next to this machine's own; FULL=1: both image stores
	@infra/engine/modern/test.sh

seed: ## Cast N=3000 sample votes through the vote page
	@infra/stack/seed.sh

dev: ## Develop: what you save takes effect a moment later; pages at http://localhost:3000
	@infra/dev/dev.sh

reset: ## Delete all votes; asks first, unless YES=1
	@infra/stack/reset.sh

screenshots: ## Regenerate the screenshots in docs/images, on a stack of their own
	@infra/stack/screenshots.sh

monitor: ## Start Prometheus at http://localhost:9090 and Grafana at http://localhost:3001
	@infra/monitoring/monitor.sh

monitor-stop: ## Stop Prometheus and Grafana; recorded data stays
	@infra/monitoring/monitor-stop.sh

classic: ## Start the classic voting application: five containers. Vote at http://localhost:8081, results at http://localhost:8082
	@infra/stack/classic.sh

classic-stop: ## Remove the classic voting application with its votes
	@infra/stack/classic-stop.sh

publish: ## Push all images for amd64 and arm64: make publish REGISTRY=ghcr.io/somebody TAG=1.0
	@infra/images/publish.sh

logs: ## Follow the log
	@infra/stack/logs.sh

doctor: ## Check whether this machine has what the project needs
	@infra/stack/doctor.sh

clean: ## Remove everything the project made: containers, votes, images, packages, caches
	@infra/stack/clean.sh

help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 18
	@echo
	@echo 'Settings, with their defaults'
	@sed -n 's/^#: /  /p' Makefile

# What `make help` lists as settings; packages/settings/src/setting-list.ts is where they are written, and a test compares:
#: PORT                         port of the pages (8080)
#: BIND                         address of the pages; 0.0.0.0 admits everybody in your network (127.0.0.1)
#: CONTROL_PORT                 port of the control API, on this machine only (9000)
#: POLL_QUESTION                the first question; another value opens another poll (Cats or dogs?)
#: POLL_OPTIONS                 its two to eight options, separated by commas (Cats,Dogs)
#: POLLS                        file of further questions: a line for each, a line for each option, a blank line between
#: PUBLIC_URL                   address that people type, if BIND and PORT don't give it
#: LIVE                         0 turns the public activity stream off (1)
#: FUNCTION_IDLE_TIMEOUT_MS     how long an unused container of a function stays (60000)
#: WEB_IDLE_TIMEOUT_MS          how long an unused container of web stays (60000)
#: VOTES_PER_MINUTE_PER_ADDRESS votes that one address may send per minute; 0 is off (0)
#: CONTROL_HOSTS                more host names for the control API
#: LOCAL_PEERS                  more addresses and networks that count as this machine
#: BEHIND_PROXY                 1: a proxy with TLS on this machine is in front of the pages, and says who its clients are (0)
#: LOG_LEVEL                    debug shows every step of every invocation (info)
#: IMAGE_TAG                    tag of the images; another tag keeps another clone's images separate (latest)
#: STACK                        name of the stack; another name starts a second stack (serverless-vote)
#: TAKE_OVER                    1 takes over a stack that another clone has started
#: DEV_PORT                     port of the pages in development mode (make dev) (3000)
#: PROMETHEUS_PORT              port of Prometheus (make monitor), on this machine only (9090)
#: GRAFANA_PORT                 port of Grafana (make monitor), on this machine only (3001)
#: CLASSIC_PORT                 port of the classic vote page (make classic), on this machine only (8081)
#: CLASSIC_RESULTS_PORT         port of the classic results page (make classic), on this machine only (8082)
#: ENGINE_RESTART               make chaos restarts the engine, if infra/engine started it; 0 keeps it running (1)
#: NODE_IMAGE                   base image; built from packages if it cannot be pulled (node:26-bookworm-slim)
#: POSTGRES_IMAGE               base image; built from packages if it cannot be pulled (postgres:18)
