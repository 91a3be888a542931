import pytest

from services.enrich.media_topics import CUT, NAMES, code, media_topics, sections


@pytest.mark.parametrize(
    ("language", "title", "body", "two"),
    [
        ("en", "Central bank raises interest rates", "Inflation and prices worry investors, economists said.", "04"),
        ("en", "Striker scores twice", "The coach praised the team after the match in the league.", "15"),
        ("de", "Zentralbank hebt Zinsen", "Die Inflation und die Preise sorgen Investoren und Unternehmen.", "04"),
        ("fr", "Le tribunal condamne un policier", "Le procureur avait demandé de la prison au procès.", "02"),
        ("es", "Terremoto deja heridos", "Los bomberos buscan víctimas tras el sismo y el derrumbe.", "03"),
        ("pt", "Vacina chega aos hospitais", "Médicos e enfermeiros tratam pacientes da doença.", "07"),
        ("it", "Il parlamento vota la riforma", "Il governo e i ministri dopo le elezioni, i partiti.", "11"),
    ],
)
def test_what_an_article_is_about_comes_out_surest(make, language, title, body, two):
    found = media_topics(make(body, title, language))
    assert max(found, key=lambda topic: found[topic]) == code(two)
    assert all(CUT <= score <= 1 for score in found.values())


def test_codes_and_names_are_those_of_iptc():
    assert len(NAMES) == 17
    assert (code("04"), NAMES["04"]) == ("medtop:04000000", "economy, business and finance")


def test_the_sites_own_section_counts_and_so_does_its_address(make):
    article = make("Nobody knows what comes next, and that is that.", "What comes next")
    assert media_topics(article) == {}
    assert list(media_topics(article.model_copy(update={"section": "Fußball"}))) == [code("15")]
    assert list(media_topics(article.model_copy(update={"url": "https://x.example/economia/next.html"}))) == [
        code("04")
    ]


@pytest.mark.parametrize(
    ("section", "url", "expected"),
    [
        ("Politics / Elections", "", ["11"]),
        ("Économie", "https://x.example/sport/a", ["04"]),
        (None, "https://x.example/en/sport/a", ["15"]),
        (None, "https://x.example/sport", []),
        ("Top stories", "http://[", []),
    ],
)
def test_sections(section, url, expected):
    assert list(sections(section, url)) == expected


def test_garbage_and_languages_without_a_lexicon_have_none(make):
    assert media_topics(make("police court murder " * 30, "")) == {}
    assert media_topics(make("警察", "", "ja")) == {}
