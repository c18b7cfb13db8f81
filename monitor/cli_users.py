"""``monitor users``: its verbs and flags."""

from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli_parts import Json, group, paths, verbs

users = group("Who may use the dashboard.")
tokens = group("Tokens by which users' programs use the dashboard.")
users.add_typer(tokens, name="token")

RoleName = StrEnum("RoleName", "reader editor")
Name = Annotated[str, typer.Argument(help="The user's name.")]
RoleOption = Annotated[
    RoleName, typer.Option("--role", help="A reader looks, an editor corrects, too.")
]
FromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from stdin's first line."),
]


@users.command("list")
def users_list(ctx: typer.Context, as_json: Json = False) -> None:
    """Users, and the tokens of their programs."""
    verbs("users").list_users(paths(ctx), as_json)


@users.command("add")
def users_add(
    ctx: typer.Context,
    name: Name,
    role: RoleOption = RoleName.reader,
    from_stdin: FromStdin = False,
) -> None:
    """Let somebody sign in; from the first user on, everybody has to."""
    verbs("users").add(paths(ctx), name, role.value, from_stdin)


@users.command("remove")
def users_remove(ctx: typer.Context, name: Name) -> None:
    """Let a user in no more; sessions and tokens end at once."""
    verbs("users").remove(paths(ctx), name)


@users.command("password")
def users_password(
    ctx: typer.Context, name: Name, from_stdin: FromStdin = False
) -> None:
    """Give a user another password; their sessions end."""
    verbs("users").change_password(paths(ctx), name, from_stdin)


@users.command("role")
def users_role(
    ctx: typer.Context,
    name: Name,
    role: Annotated[RoleName, typer.Argument(help="reader or editor.")],
) -> None:
    """Give a user another role; their sessions end."""
    verbs("users").change_role(paths(ctx), name, role.value)


@tokens.command("add")
def token_add(
    ctx: typer.Context,
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Make a token with its user's role; it is printed once."""
    verbs("users").add_token(paths(ctx), name, label)


@tokens.command("revoke")
def token_revoke(
    ctx: typer.Context,
    token: Annotated[int, typer.Argument(help="By its id in 'monitor users list'.")],
) -> None:
    """Take a token for none from now on."""
    verbs("users").revoke_token(paths(ctx), token)
