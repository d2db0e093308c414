# Every command of the project. `make` or `make help` lists them.
# A setting works on the command line (make run PORT=8081), in the environment, or in .env.

.DEFAULT_GOAL := help
.PHONY: help run stop test labs dev seed reset screenshots logs doctor clean bench chaos monitor monitor-stop \
	swarm swarm-stop swarm-test modern-test
MAKEFLAGS += --no-print-directory

run: ## Start everything: engine, images, stack. The page is at http://localhost:8080
	@infra/stack/run.sh

stop: ## Stop everything and keep the votes
	@infra/stack/stop.sh

test: ## Lint, types, unit, integration and browser tests, on a stack of their own; ONLY=unit is one part, ONLY=vote.spec some files
	@infra/stack/test.sh

labs: ## Do the workshop's labs as they are written, on a stack of their own; LAB=03 does one
	@infra/docs/labs.sh

bench: ## Measure: the whole table in 8 minutes; QUICK=1 takes 90 s; SWARM=1: three nodes against one machine
	@infra/bench/$(if $(SWARM),swarm,bench).sh $(if $(QUICK),--quick) $(ARGS)

chaos: ## Let everything fail under a load of votes, on a stack of its own; count what was lost
	@infra/bench/chaos.sh $(ARGS)

swarm: ## The same on a Swarm of three nodes, on this machine. The page is at http://localhost:8088
	@infra/swarm/run.sh

swarm-stop: ## Remove the Swarm: its nodes, and the votes with them
	@infra/swarm/stop.sh

swarm-test: ## Test on a Swarm of its own: the same checks, and nodes that fail; counts lost votes
	@infra/swarm/test.sh

modern-test: ## Test on the newest engine that has packages, beside this machine's own; FULL=1: both image stores
	@infra/engine/modern/test.sh

seed: ## Cast N=3000 sample votes through the vote page
	@infra/stack/seed.sh

dev: ## Develop: what you save runs a moment later; pages at http://localhost:3000
	@infra/dev/dev.sh

reset: ## Forget all votes; asks first, unless YES=1
	@infra/stack/reset.sh

screenshots: ## Make the pictures in docs/images anew, on a stack of their own
	@infra/stack/screenshots.sh

monitor: ## Look on: Prometheus at http://localhost:9090 and Grafana at http://localhost:3001
	@infra/monitoring/monitor.sh

monitor-stop: ## End Prometheus and Grafana; what they recorded stays
	@infra/monitoring/monitor-stop.sh

logs: ## Follow what happens
	@infra/stack/logs.sh

doctor: ## Check what this machine has of what the project needs
	@infra/stack/doctor.sh

clean: ## Remove everything of ours: containers, votes, images, packages, caches
	@infra/stack/clean.sh

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 18
	@echo
	@echo 'Settings, with their defaults'
	@sed -n 's/^#: /  /p' Makefile

# What `make help` lists as settings; infra/docs/setting-list.mts is where they are written, and a test compares:
#: PORT                         where the pages are (8080)
#: BIND                         who may open them; 0.0.0.0 is everybody in your network (127.0.0.1)
#: CONTROL_PORT                 where the control API is, on this machine only (9000)
#: POLL_QUESTION                what is asked (Cats or dogs?)
#: POLL_OPTIONS                 two to eight, separated by commas (Cats,Dogs)
#: PUBLIC_URL                   what people type, if it is not made from BIND and PORT
#: LIVE                         0 turns the public activity stream off (1)
#: FUNCTION_IDLE_TIMEOUT_MS     how long an unused container of a function stays (60000)
#: WEB_IDLE_TIMEOUT_MS          how long an unused container of web stays (60000)
#: VOTES_PER_MINUTE_PER_ADDRESS how many votes one address may send in a minute; 0 is off (0)
#: CONTROL_HOSTS                more host names by which the control API may be called
#: LOCAL_PEERS                  more addresses and networks that count as this machine
#: LOG_LEVEL                    debug shows every step of every invocation (info)
#: IMAGE_TAG                    a tag of its own keeps the images of another clone apart (latest)
#: STACK                        a name for a second stack beside the first (serverless-vote)
#: TAKE_OVER                    1 takes over a stack that another clone has started
#: DEV_PORT                     where make dev has the pages in development mode (3000)
#: PROMETHEUS_PORT              where make monitor has Prometheus, on this machine only (9090)
#: GRAFANA_PORT                 where make monitor has Grafana, on this machine only (3001)
#: ENGINE_RESTART               make chaos restarts the engine, if infra/engine started it; 0 keeps it running (1)
#: NODE_IMAGE                   base image; built from packages if it cannot be pulled (node:26-bookworm-slim)
#: POSTGRES_IMAGE               base image; built from packages if it cannot be pulled (postgres:18)
