"""The command `its`: the system, questions to it, functions of an its.yaml, and what both are made of."""

import typer

from its_cli import config, info, keys, tracing
from its_cli.algorithms import algorithms
from its_cli.ask import ask
from its_cli.certs import certs
from its_cli.demo import demo
from its_cli.evaluate import evaluate
from its_cli.report import report
from its_cli.run import run
from its_cli.tune import tune
from its_cli.up import up

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Better answers from a language model by spending more compute at inference time.",
)
app.command()(up)
app.command()(ask)
app.command(context_settings={"allow_extra_args": True})(run)
app.command()(algorithms)
app.command()(demo)
app.command("eval")(evaluate)
app.command()(report)
app.command()(tune)
app.command()(certs)
app.add_typer(config.app, name="config")
app.add_typer(info.app, name="info")
app.add_typer(keys.app, name="keys")
app.add_typer(tracing.app, name="trace")

if __name__ == "__main__":
    app(prog_name="its")
