"""What pages of watch-lists and of subscribers go by: feeds.yaml and what is kept."""

from collections.abc import Sequence

from monitor.config.kept import Merged, merged
from monitor.store.database import Store
from monitor.web.site import Site


def in_force(site: Site, store: Store) -> Merged:
    """feeds.yaml with the watch-lists and subscribers of the database."""
    kept = store.kept.watchlists(), store.kept.subscribers()
    return merged(site.filed, *kept, themes_of(site))


def themes_of(site: Site) -> Sequence[str]:
    """The names of all themes."""
    return [theme.name for theme in site.desk().themes.themes]
