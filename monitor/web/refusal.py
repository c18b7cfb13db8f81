"""What a page cannot answer, said in the language of whoever asks."""

from http import HTTPStatus

from starlette.exceptions import HTTPException


class Refusal(HTTPException):
    """An answer that is an error: ``message`` is a text of the catalogue."""

    def __init__(self, status: HTTPStatus, message: str, /, **fields: object) -> None:
        super().__init__(status, message.format(**fields))
        self.message = message
        self.fields = fields
