"""What the languages without a model get: the alias table everywhere, persons where something tells of them."""

import pytest

ALIASES = [
    ("de", "Die EU-Kommission und der UN-Sicherheitsrat berieten in Genf über Russland.",
     {"European Commission", "United Nations Security Council", "Geneva", "Russia"}),
    ("fr", "L'ONU et l'Union européenne s'inquiètent de l'Ukraine et d'Israël, dit-on à Pékin.",
     {"United Nations", "European Union", "Ukraine", "Israel", "Beijing"}),
    ("es", "El FMI y la OTAN se reunieron en Nueva York con Estados Unidos y Arabia Saudí.",
     {"International Monetary Fund", "NATO", "New York City", "United States", "Saudi Arabia"}),
    ("pt", "A OMS e os Estados Unidos criticaram a Rússia e o Irã em Pequim.",
     {"World Health Organization", "United States", "Russia", "Iran", "Beijing"}),
    ("it", "L'Onu, la Nato e la Commissione europea: vertice a Parigi sulla Cina, dice la Germania.",
     {"United Nations", "NATO", "European Commission", "Paris", "China", "Germany"}),
    ("zh", "联合国秘书长在北京会见了俄罗斯外长。", {"United Nations", "Beijing", "Russia"}),
    ("ja", "国連は日本とウクライナの会談を東京で開く。", {"United Nations", "Japan", "Ukraine", "Tokyo"}),
    ("ru", "Россия и ООН, а также НАТО и Китай.", {"Russia", "United Nations", "NATO", "China"}),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), ALIASES, ids=[a[0] for a in ALIASES])
def test_known_names_have_one_name_in_every_language(found, language, text, expected):
    assert set(found(text, language=language)) - {"Paris"} == expected - {"Paris"}


def test_a_model_is_not_claimed_where_there_is_none(models, make):
    from services.enrich.enrich import enrich

    assert enrich([make("Berlin.", language="de")], models)[0].models.keys() == {"topics", "rules"}


PERSONS = [
    (
        "fr",
        "Hier, le président Édouard Vasseur a reçu les élus. Selon Vasseur, rien ne change.",
        {"Édouard Vasseur": 2},
    ),
    ("fr", "Pour la romancière, Odile Brunel reste une amie. On dit que Brunel écrit encore.", {"Odile Brunel": 2}),
    (
        "de",
        "Am Montag traf Bundeskanzlerin Greta Lindhorst die Presse. Lindhorst sprach lange.",
        {"Greta Lindhorst": 2},
    ),
    (
        "es",
        "Ayer, la ministra Elena Robledo viajó al sur. Después, según Robledo, todo irá bien.",
        {"Elena Robledo": 2},
    ),
    ("pt", "Ontem o ministro João de Almeida falou aos jornais e Almeida prometeu mais.", {"João de Almeida": 2}),
    ("it", "Ieri il sindaco Carlo Bentivenga ha parlato. Secondo Bentivenga va bene.", {"Carlo Bentivenga": 2}),
]


@pytest.mark.parametrize(("language", "text", "expected"), PERSONS)
def test_persons_with_a_title_or_named_again(found, language, text, expected):
    assert {n: c for n, (t, c) in found(text, language=language).items() if t == "person"} == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Die Neue Brücke über den Fluss wird teurer, sagte der Bürgermeister. Die Brücke ist alt."),
        ("es", "El Banco Central subió los tipos. Según el Central, la Corte Suprema lo aprobó y la Suprema calló."),
        ("pt", "O Fundo Verde cresceu, e segundo o Verde nada muda no Rio Grande, no Grande."),
        ("fr", "Le Conseil Municipal a voté ; selon le Municipal, la Place Centrale sera refaite."),
    ],
)
def test_capitals_alone_make_no_person(found, language, text):
    assert not [name for name, (type_, _) in found(text, language=language).items() if type_ == "person"]
