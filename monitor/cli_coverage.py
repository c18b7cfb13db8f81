"""``monitor coverage``: its verbs and flags."""

from typing import Annotated

import typer

from monitor.cli_parts import Days, Json, group, paths, verbs

coverage = group("How the two sides cover stories.")


@coverage.command("themes")
def coverage_themes(
    ctx: typer.Context,
    days: Days = 7,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="The themes as feeds.yaml would hold them.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The themes in force, and how many stories are of each, by side."""
    if as_yaml and as_json:
        raise typer.BadParameter("choose one of them: --json, --yaml")
    if as_yaml:
        verbs("themes").print_yaml(paths(ctx))
    else:
        verbs("themes").list_themes(paths(ctx), days, as_json)
