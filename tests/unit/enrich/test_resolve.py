import re

import pytest

from services.enrich.brackets import definitions
from services.enrich.evidence import typed
from services.enrich.headings import in_capitals, in_title_case
from services.enrich.names import FullNames, company
from services.enrich.recognise import merge
from services.enrich.resolve import resolve
from services.enrich.shorter import shorter_forms
from services.enrich.slugs import entity_id, slug
from services.enrich.spans import Span


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
        "George W. Bush", "Ian Wright Jr.", "Barack Obama",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("full", "shorter"),
    [
        ("Gabriel Boric Font", ["Boric", "Gabriel Boric", "Boric Font"]),
        ("Luiz Inácio Lula da Silva", ["Lula", "Lula da Silva", "da Silva"]),
        ("Maria Fernanda Espinosa Garcés", ["Espinosa", "Fernanda Espinosa", "Maria Espinosa"]),
        ("Abdel Fattah al-Burhan", ["Burhan", "al-Burhan", "Fattah al-Burhan"]),
    ],
)
def test_parts_of_a_longer_name(full, shorter):
    assert {FullNames([full]).of(name) for name in shorter} == {full}


def test_a_part_of_two_names_is_short_for_neither():
    names = FullNames(["Gabriel Boric Font", "Ana Boric Ruiz"])
    assert names.of("Boric") is None
    assert names.of("Ana Font") is None


def test_a_person_is_one_also_in_the_genitive_and_where_shorter_names_chain(found):
    german = found("Die Rede Angela Merkels dauerte. Ministerin Angela Merkel ging.", language="de")
    assert german["Angela Merkel"] == ("person", 2)
    chain = found("President Gabriel Boric Font spoke. Gabriel Boric smiled. Then Boric left.")
    assert chain == {"Gabriel Boric Font": ("person", 3)}


def test_a_body_is_not_named_with_the_person_who_leads_it(found):
    names = found("The Rapid Support Forces of Mohamed Hamdan Dagalo shelled a market in Khartoum.")
    assert names["Mohamed Hamdan Dagalo"][0] == "person"


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


@pytest.mark.parametrize(
    ("types", "joined"),
    [
        ({"Sequoia Capital": "organisation", "Sequoia": "place"}, {"Sequoia": "Sequoia Capital"}),
        ({"Enugu Rangers": "organisation", "Rangers": "person"}, {"Rangers": "Enugu Rangers"}),
        ({"Mount Penteli": "place", "Penteli": "person"}, {"Penteli": "Mount Penteli"}),
        ({"Kursk region": "place", "Kursk": "place"}, {"Kursk": "Kursk region"}),
        ({"Bank of Ruritania": "organisation", "Bank": "organisation"}, {}),
        ({"Korda Steel": "organisation", "Korda Bank": "organisation", "Korda": "person"}, {}),
    ],
)
def test_shorter_names_of_organisations_and_places(types, joined):
    assert dict(shorter_forms(types)) == joined


ONE_NAME = [
    ("Chidi Okonkwo scored. Chidi is ready.", "Chidi Okonkwo/person Chidi/place", "Chidi Okonkwo", "person"),
    ("Yoichi Miyazaki spoke. Later Miyazaki left.", "Yoichi Miyazaki/person", "Yoichi Miyazaki", "person"),
    (
        "Vesu Costa SpA paid. Vesu Costa denied it.",
        "Vesu Costa SpA/place Vesu Costa/person",
        "Vesu Costa",
        "organisation",
    ),
    ("The union Verdi called a strike. Verdi wants more.", "Verdi/place Verdi/place", "Verdi", "organisation"),
    ("Kalaw, 61, wept as the verdict was read.", "Kalaw/place", "Kalaw", "person"),
    ("Rescuers reached the Sea of Japan.", "Sea/place", "Sea of Japan", "place"),
    ("Adama Tuku and Tuku's wife left.", "Adama Tuku/place Tuku/person", "Adama Tuku", "person"),
    ("Tencent Holdings Ltd. paid. Tencent rose.", "Tencent Holdings Ltd/organisation", "Tencent", "organisation"),
]


@pytest.mark.parametrize(("text", "guesses", "name", "type_"), ONE_NAME)
def test_one_entity_has_one_name(text, guesses, name, type_, gazetteer):
    lexicon = gazetteer.lexicon("en")
    spans, at = [], 0
    for surface_, guess in re.findall(r"([^/]+)/(\w+) ?", guesses):
        at = text.index(surface_, at)
        spans.append(typed(text, Span(at, at := at + len(surface_), guess)))
    (only,) = resolve(text, merge(text, spans, list(lexicon.find(text)), lexicon), lexicon, gazetteer)
    assert (only.name, only.type) == (name, type_)


def test_a_town_that_somebody_is_in_is_no_namesake(gazetteer):
    text, lexicon = "Yoichi Miyazaki spoke. He was born in Miyazaki.", gazetteer.lexicon("en")
    spans = merge(text, [Span(0, 15, "person")], list(lexicon.find(text)), lexicon)
    assert {one.name for one in resolve(text, spans, lexicon, gazetteer)} == {"Yoichi Miyazaki", "Miyazaki"}
