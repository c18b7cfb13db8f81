"""``monitor alerts``: its verbs and flags."""

from typing import Annotated

import typer

from monitor.cli_parts import Json, group, paths, verbs

alerts = group("What is told at once: see the alerts of feeds.yaml.")


@alerts.command("check")
def alerts_check(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be told; keep nothing.")
    ] = False,
) -> None:
    """Look for what alerts tell, and send what is due."""
    verbs("alerts").check(paths(ctx), dry_run)


@alerts.command("list")
def alerts_list(ctx: typer.Context, as_json: Json = False) -> None:
    """What waits, what was sent and what failed, the newest first."""
    verbs("alerts").list_alerts(paths(ctx), as_json)


@alerts.command("test")
def alerts_test(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Of one alert; all unless named.")
    ] = None,
) -> None:
    """Send a message that is marked as a test through the real channels."""
    verbs("alerts").test(paths(ctx), name)
