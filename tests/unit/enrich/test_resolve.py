import pytest

from services.enrich.brackets import definitions
from services.enrich.headings import in_capitals, in_title_case
from services.enrich.names import FullNames, company
from services.enrich.slugs import entity_id, slug


@pytest.mark.parametrize(
    ("text", "long", "acronym"),
    [
        ("the Group of Governmental Experts (GGE) met", "Group of Governmental Experts", "GGE"),
        ("by the Bundesamt für Sicherheit (BfS) of", "Bundesamt für Sicherheit", "BfS"),
        ("an Act\nHarbour Workers' Union [HWU]", "Harbour Workers' Union", "HWU"),
    ],
)
def test_acronyms_explained_in_brackets(text, long, acronym):
    (found,) = definitions(text)
    assert (text[found.start : found.end], text[found.acronym_start : found.acronym_end]) == (long, acronym)


@pytest.mark.parametrize(
    "text",
    [
        "the rate of interest (ROI) rose",
        "Jane Doe (Labour) said",
        "(GGE)",
        "Big Co (XYZ)",
        "one (1)",
        "Amber\nBlue Cat (ABC)",
    ],
)
def test_other_brackets_explain_nothing(text):
    assert list(definitions(text)) == []


def test_short_forms_of_a_person():
    names = FullNames(["Barack Obama", "George W. Bush", "Vincent van Gogh", "Michelle Obama", "Ian Wright Jr."])
    short = [
        "Obama",
        "B. Obama",
        "Michelle Obama",
        "George Bush",
        "van Gogh",
        "Gogh",
        "Jeb Bush",
        "Bush",
        "Wright",
        "Barack",
    ]
    assert [names.of(n) for n in short] == [
        "Barack Obama", "Barack Obama", None, "George W. Bush", "Vincent van Gogh", "Vincent van Gogh", None,
        "George W. Bush", "Ian Wright Jr.", None,
    ]  # fmt: skip


def test_legal_forms_of_companies():
    assert [company(n) for n in ("Acme Inc.", "Acme Holdings Co., Ltd.", "SAP SE", "Inc")] == [
        "Acme",
        "Acme Holdings",
        "SAP",
        "Inc",
    ]


def test_ids_are_the_same_for_every_spelling():
    assert slug("São  Tomé & Príncipe") == "sao-tome-principe"
    assert entity_id("person", "Élodie O’Neil-Straße") == "person:elodie-o-neil-strasse"
    assert slug("北京") == "北京"


def test_persons_are_one_under_all_their_names(found):
    entities = found(
        "Prime Minister Tomasz Wieczorek arrived in Oslo on Sunday. Mr Wieczorek was greeted by the mayor. "
        "Later Wieczorek’s aides left, and T. Wieczorek spoke. “Wieczorek is tired,” an aide said."
    )
    assert entities["Tomasz Wieczorek"] == ("person", 5)
    assert not [n for n in entities if n != "Tomasz Wieczorek" and "Wieczorek" in n]


def test_companies_are_one_with_and_without_their_legal_form(found):
    entities = found(
        "Shares of Quillmark Industries Inc. fell on Monday. Analysts said that Quillmark Industries had lost money."
    )
    assert entities["Quillmark Industries"] == ("organisation", 2)


def test_headlines_are_believed_only_when_the_article_says_so(found):
    body = "Focus On Better Roads\n\nThe mayor of Hamburg said on Monday that the roads would be repaired next year."
    assert found(body, "City Spends More Money On Broken Roads").keys() == {"Hamburg"}


def test_a_title_alone_is_read_as_it_stands(found):
    assert "Angela Merkel" in found("", "Angela Merkel Visits Warsaw")


def test_lines_whose_capitals_say_nothing():
    assert in_title_case("Russia and China Strengthen Military Cooperation")
    assert not in_title_case("The mayor of Hamburg said on Monday that it rained.")
    assert in_capitals("BREAKING: FLOOD")
    assert not in_capitals("NATO")
    assert not in_capitals("北京 东京")
