"""
The tables, continued: views with speaking names, for whoever reads the database itself.

The order of the migrations is that of the modules, this one after
``schema_fix.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_fix import migrations

__all__ = ["migrations"]


@migrations()
def create_views(db: Database) -> None:
    """What analysts ask first, put together; times are in UTC."""
    for name, query in _VIEWS.items():
        db.create_view(name, query)


_VIEWS = {
    "headlines_in_both_languages": """
        select items.id as item, items.published, items.country, items.outlet,
          items.language, items.title as headline,
          (select t.title from translations as t where t.item = items.id
            order by t.made desc, t.rowid desc limit 1) as translated_headline,
          assignments.story, items.url
        from items left join assignments on assignments.item = items.id
    """,
    "coverage_by_day": """
        select substr(published, 1, 10) as day, country as side, language,
          count(*) as items, count(distinct outlet) as outlets,
          count(distinct assignments.story) as stories,
          sum(copy_of is not null) as copies
        from items left join assignments on assignments.item = items.id
        group by day, country, language
    """,
    "stories_on_both_sides": """
        select story, headline_en, headline_es, first_seen, last_seen, leader,
          lag_minutes, lag_certainty, texts, us_items, us_outlets, mx_items, mx_outlets
        from outlines where us_items > 0 and mx_items > 0
    """,
    "stories_on_one_side": """
        select story, headline_en, headline_es, first_seen, last_seen,
          iif(us_items > 0, 'US', 'MX') as told_by, iif(us_items > 0, 'MX', 'US')
          as silent, items, us_owners + mx_owners as owners, texts
        from outlines where (us_items > 0) <> (mx_items > 0)
    """,
    "first_to_tell": """
        select story, country as side, outlet, published as first_published, title
          as headline, item from (select assignments.story, items.id as item,
          items.country, items.outlet, items.published, items.title, row_number()
          over (partition by assignments.story, items.country
            order by items.published, items.id) as place
          from assignments join items on items.id = assignments.item
          where items.date_source <> 'fetched' and copy_of is null)
        where place = 1
    """,
    "headlines_before_and_after": """
        select revisions.item, items.country, items.outlet, items.language,
          items.published, revisions.until as changed, revisions.title as before,
          coalesce((select later.title from revisions as later
            where later.item = revisions.item and later.until > revisions.until
            order by later.until limit 1), items.title) as after
        from revisions join items on items.id = revisions.item
        where revisions.title <> items.title
    """,
    "feed_reliability": """
        select feed, min(day) as first_day, max(day) as last_day,
          sum(polls) as polls, sum(failures) as failures,
          round(100.0 * sum(failures) / max(sum(polls), 1), 1) as percent_failed,
          sum(new) as new_items, sum(duplicates) as duplicates,
          round(100.0 * sum(undated) / max(sum(new) + sum(duplicates), 1), 1)
          as percent_undated
        from poll_days group by feed
    """,
    "outlets_by_volume": """
        select outlet, country as side, language, count(*) as items,
          count(distinct assignments.story) as stories,
          sum(copy_of is not null) as copies, min(published) as first_published,
          max(published) as last_published
        from items left join assignments on assignments.item = items.id
        group by outlet, country, language
    """,
    "stories_by_theme": """
        select theme, outlines.story, headline_en, headline_es, first_seen, last_seen,
          us_items, mx_items
        from outline_themes join outlines on outlines.id = outline_themes.story
    """,
    "corrections_in_force": """
        select id, made, verb, reason from corrections where not undone
    """,
}
