"""The ``watchfloor`` command: subcommands are loaded when they are asked for, so that ``--help`` is quick."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from watchfloor import __version__
from watchfloor.kernel.errors import Conflict, WatchfloorError

# command -> (module, attribute, one line of help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": (
        "watchfloor.cli.init",
        "init",
        "Make the data folder, the database and the shipped policies, queues and roles.",
    ),
    "upgrade": (
        "watchfloor.cli.init",
        "upgrade",
        "Bring the schema and what is shipped up to this version; says what it did.",
    ),
    "serve": ("watchfloor.cli.serve", "serve", "Run everything: database, web, workers, scheduler."),
    "run": (
        "watchfloor.cli.serve",
        "run",
        "Run one role (web, media, worker, scheduler, rules-worker, stream-worker, mail, osprey).",
    ),
    "demo": ("watchfloor.demo.command", "demo", "Replay a fortnight on a small platform and open the console."),
    "import": ("watchfloor.cli.imports", "import_", "Bring in reports or events from a CSV, JSONL or Parquet file."),
    "import-history": (
        "watchfloor.cli.history",
        "import_history",
        "Bring in the history of cases of another system; tells its figures.",
    ),
    "export": ("watchfloor.cli.export", "export", "Write cases, decisions, actions or facts to a file."),
    "mail": ("watchfloor.cli.mail", "mail", "Bring in mail that complains: a pipe, a file, an mbox, a Maildir."),
    "deliveries": (
        "watchfloor.cli.deliveries",
        "deliveries",
        "See what has not reached the platform, and send it again.",
    ),
    "media": ("watchfloor.cli.media", "media", "Hash and match plain files; see how the media store fares."),
    "apps": ("watchfloor.cli.apps", "apps", "API apps: how they stand and what they do."),
    "metrics": (
        "watchfloor.cli.metrics",
        "metrics",
        "Print this installation's own figures, as Prometheus reads them.",
    ),
    "streams": ("watchfloor.cli.streams", "streams", "Live streams that are watched: which, and why one is not."),
    "ledger": ("watchfloor.cli.ledger", "ledger", "Verify, rebuild and prove what happened."),
    "user": ("watchfloor.cli.people", "user", "Make users and give them roles."),
    "glass": ("watchfloor.cli.glass", "glass", "Break-glass: take rights in an emergency, list, end."),
    "token": ("watchfloor.cli.tokens", "token", "Make, rotate and revoke API tokens; find those that leaked."),
    "sign-on": ("watchfloor.cli.signon", "sign_on", "Identity providers, groups that become roles, session rules."),
    "doctor": ("watchfloor.cli.doctor", "doctor", "Check the installation and say how to mend what is wrong."),
    "size": ("watchfloor.cli.size", "size", "How many machines and how much disk, from measured costs."),
    "backup": ("watchfloor.cli.backup", "backup", "Back up the whole installation into one file while it serves."),
    "restore": ("watchfloor.cli.backup", "restore", "Bring a backup back into an empty data folder, and check it."),
    "keys": ("watchfloor.cli.keys", "keys", "Keys of the installation; new ones for what is sealed."),
    "quarantine": (
        "watchfloor.cli.quarantine",
        "quarantine",
        "Reports and events that could not be worked: see why, work them again.",
    ),
    "sbom": ("watchfloor.cli.sbom", "sbom", "What this installation consists of, as a CycloneDX document."),
    "rules": ("watchfloor.cli.rules", "rules", "Check, test and run rules on plain files."),
    "routing": ("watchfloor.cli.routing", "routing", "Check, backtest and change which case goes to which queue."),
    "lists": ("watchfloor.cli.lists", "lists", "Keep the lists and banks that rules ask."),
    "restrictions": ("watchfloor.cli.restrictions", "restrictions", "Whom or what is held back; what that would hit."),
    "bank": (
        "watchfloor.cli.exchange",
        "bank",
        "Keep banks of known content: entries, files, their index, the last days.",
    ),
    "exchange": ("watchfloor.cli.exchange", "exchange", "Exchanges of hashes: how they fare; read one now."),
    "investigate": (
        "watchfloor.cli.investigate",
        "investigate",
        "Ask the lake of events a question in the rule language.",
    ),
    "text": ("watchfloor.cli.text", "text", "Normalise text and measure text models on plain files."),
    "campaigns": (
        "watchfloor.cli.campaigns",
        "campaigns",
        "Texts and accounts that belong together, on plain files.",
    ),
    "accounts": ("watchfloor.cli.accounts", "accounts", "Measure models of accounts on plain files."),
    "urls": ("watchfloor.cli.urls", "urls", "Measure models of links on plain files."),
    "oncall": ("watchfloor.cli.oncall", "oncall", "Who is on call; page somebody, answer a page."),
    "staffing": ("watchfloor.cli.staffing", "staffing", "How many people the work needs, on plain files."),
    "wellness": ("watchfloor.cli.wellness", "wellness", "Budgets of exposure, and how groups of five and more are."),
    "vendor": ("watchfloor.cli.vendors", "vendor", "Scorecards, contracts and invoices of vendors."),
    "risk": ("watchfloor.cli.risks", "risk", "The register of risks: list them, see one with its indicators."),
    "case": ("watchfloor.cli.cases", "case", "Join, split and tag cases; see what they have in common."),
    "bulk": ("watchfloor.cli.cases", "bulk", "Decide, move or tag many cases at once, and take it back."),
    "floor": ("watchfloor.cli.floor", "floor", "Run the day: due times, surges, boosts, moves."),
    "policy": ("watchfloor.cli.policy", "policy", "Policy versions: files in and out, what differs, what is touched."),
    "training": (
        "watchfloor.cli.training",
        "training",
        "Units made into article, deck, guide and exam; who is certified.",
    ),
    "quality": (
        "watchfloor.cli.quality",
        "quality",
        "Agreement, samples of decisions and how right they are, on plain files.",
    ),
    "law": (
        "watchfloor.cli.law_reports",
        "law",
        "Legal clocks, orders, requests of people, erasure; what the public is told.",
    ),
    "cybertip": (
        "watchfloor.cli.cybertip",
        "cybertip",
        "Reports to NCMEC: what there is, how it stands, send what was released.",
    ),
    "boards": ("watchfloor.cli.boards", "boards", "Boards as files; ask the facts in SQL."),
    "insight": ("watchfloor.cli.insight", "insight", "Metrics from the command line."),
}


class Lazy(click.Group):
    """A group that imports a command's module only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="watchfloor")
def cli() -> None:
    """The operations floor of a trust & safety team in one program."""


def main(argv: list[str] | None = None) -> None:
    """Run; an expected error is one sentence on stderr and exit code 2, a missing database the remedy."""
    try:
        cli.main(args=argv, prog_name="watchfloor", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except WatchfloorError as error:
        _say(error)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        if not _no_such_table(error):
            raise
        _say(
            Conflict(
                "not_installed", "The database has not what this command reads: nothing is installed there yet, or an earlier version is.",
                hint="Run `watchfloor init` for a new one, `watchfloor upgrade` for an earlier one; WATCHFLOOR_HOME names the data folder.",
            )
        )  # fmt: skip
        sys.exit(2)


def _no_such_table(error: Exception) -> bool:
    """A table or column is missing in the database; only asked when a command has failed, so Django may be imported or not."""
    return type(error.__cause__).__name__ in ("UndefinedTable", "UndefinedColumn")


def _say(error: WatchfloorError) -> None:
    if "--json" in sys.argv:
        from watchfloor.cli.output import emit

        emit({"error": error.as_dict()}, as_json=True)
        return
    where = f" ({error.where})" if error.where else ""
    click.echo(f"watchfloor: {error.message}{where}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
