import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import item
from monitor.coverage.credits import agencies


@pytest.mark.parametrize(
    ("summary", "credited"),
    [
        ("(AP) - Rain fell on the border.", {"AP"}),
        ("MEXICO CITY (AP) — Rain fell on the border.", {"AP"}),
        ("EAGLE PASS, Texas (Reuters) - Rain fell.", {"Reuters"}),
        ("CIUDAD DE MÉXICO (EFE) Llovió en la frontera.", {"EFE"}),
        ("Washington, 3 mar (EFE).- Llovió en la frontera.", {"EFE"}),
        ("EFE.- Llovió en la frontera.", {"EFE"}),
        ("Reuters – Llovió en la frontera.", {"Reuters"}),
        ("LONDRES (Reuters y AFP) — Llovió.", {"Reuters", "AFP"}),
        ("Afp / Ap.- Llovió en la frontera.", {"AFP", "AP"}),
        ("TIJUANA (Agencia Quadratin) — Llovió.", {"Quadratín"}),
        ("Rain fell, officials told The Associated Press.", set()),
        ("Reuters journalists were near when rain fell.", set()),
        ("Americans for Prosperity (AFP) said that rain fell.", set()),
        ("The Administration (AP) — as it is called — said so.", set()),
        ("Sen. Lee (R-Utah) — a critic — said so.", set()),
        ("LAREDO (KGNS) — Rain fell.", set()),
        ("LAREDO (AP Photo by Ana Ruiz) — Rain fell.", set()),
        ("", set()),
    ],
)
def test_an_agency_is_credited_before_the_first_sentence(summary, credited):
    assert agencies(item(summary=summary)) == credited


def test_a_title_may_credit_an_agency_too():
    assert agencies(item("(EFE).- Llueve en la frontera")) == {"EFE"}


@pytest.mark.parametrize(
    "outlet", ["AP", "AP News", "The Associated Press", "Associated Press en español"]
)
def test_an_agency_does_not_copy_itself(outlet):
    assert agencies(item(outlet=outlet, summary="TEXAS (AP) — Rain.")) == set()


@pytest.mark.parametrize("outlet", ["Apache Junction News", "Chap Times", "The Wire"])
def test_an_outlet_is_no_agency_for_holding_its_letters(outlet):
    assert agencies(item(outlet=outlet, summary="TEXAS (AP) — Rain.")) == {"AP"}


@given(st.text(), st.text(), st.text())
def test_any_text_can_be_read(outlet, title, summary):
    assert isinstance(agencies(item(title, outlet=outlet, summary=summary)), frozenset)
