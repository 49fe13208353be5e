"""An its.yaml to begin with: what most people set, each with a word on why."""

EXAMPLE = """\
# its.yaml: `its up` and each service read it; `its config check its.yaml` tells what is wrong with it.
generator:
  models:                         # the first one is the default
    its-tiny: {backend: embedded, folder: its-tiny}
reward:
  models:
    its-tiny-reward: {scorer: likelihood, engine: embedded, folder: its-tiny-reward}
orchestrator:
  profiles:                       # names that requests give as their model
    careful: {model: its-tiny, algorithm: best-of-n, budget: {samples: 16}}
  traces: sqlite                  # every run is kept in its-traces.sqlite: `its trace list`, and the page /ui
  state: its-state.json           # keeps profiles made by POST /configure
gateway:
  port: 8108
  # keys: its.keys.json           # `its keys add alice --file its.keys.json` prints a key; without, anybody may ask
"""
