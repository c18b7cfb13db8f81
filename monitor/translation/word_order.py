"""
Spanish headlines put the verb first; English, and engines that keep order, do not.

"Mueren dos fotógrafos al caer una grúa" has no subject before its verb, so a rule-based
engine adds one: "They die two photographers". With the subject first it reads well.
"""

import re

_INTRANSITIVE = (
    r"Aparecen?|Arriban?|Aterrizan?|Caen?|Chocan?|Colapsan?|Crecen?|Desaparecen?|"
    r"Descarrilan?|Despegan?|Explotan?|Fallecen?|Falleció|Fallecieron|Fracasan?|"
    r"Huyen?|Llegan?|Llegó|Llegaron|Marchan|Mueren?|Murió|Murieron|Nacen?|Naufragan?|"
    r"Participan?|Protestan?|Reaparecen?|Regresan?|Renuncian?|Renunció|Resurgen?|"
    r"Sobreviven?|Viajan?|Vuelcan?|Vuelven?"
)
"""What follows one of these is its subject."""
_EITHER = (
    r"Abren?|Arrancan?|Aumentan?|Avanzan?|Bajan?|Comienzan?|Continúan?|Disminuyen?|"
    r"Empiezan?|Inician?|Mejoran?|Suben?|Terminan?"
)
"""Their subject may have an object after it ("Inicia Pemex obras"), so only one that
starts with an article is sure enough."""
_ARTICLE = r"(?:el|la|los|las|un|una|unos|unas)\b"
_STOP = (
    r"(?:a|al|ante|bajo|como|con|contra|cuando|desde|donde|durante|en|entre|hacia|"
    r"hasta|luego|mediante|mientras|no|para|pero|pese|por|porque|que|quien|se|según|"
    r"si|sin|sobre|tras|ya)\b"
)
"""Where a subject ends."""
_NO_SUBJECT = rf"(?:{_STOP}|(?:y|e|o|de|del|hoy|más|menos|así|bien|mal)\b)"
_HEADLINE = re.compile(
    rf"(?P<verb>(?:{_INTRANSITIVE})(?= )|(?:{_EITHER})(?= {_ARTICLE})) "
    rf"(?P<subject>(?!{_NO_SUBJECT})[^\W_]+(?: (?!{_STOP})[^\W_]+){{0,7}})"
    rf"(?=[,;:]|[.!?]?\s*$| {_STOP})"
)


def subject_first(text: str) -> str:
    """A Spanish headline with its subject before its verb, if that is safe to tell."""
    match = _HEADLINE.match(text)
    if match is None:
        return text
    verb, subject = match["verb"], match["subject"]
    return f"{subject[0].upper()}{subject[1:]} {verb.lower()}{text[match.end() :]}"
