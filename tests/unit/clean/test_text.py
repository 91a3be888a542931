"""Text as scrapers leave it: all furniture gone, no sentence lost, in many languages."""

from datetime import UTC, datetime
from itertools import chain

import pytest

from services.clean.extract import extract
from services.clean.furniture import ASKS, reason_of
from services.clean.limits import CleanLimits
from services.clean.text import read_text
from services.contracts.messages import Article, PageMessage

# For each language: title, paragraphs that must stay, and furniture that must go. Our own writing.
CASES: dict[str, tuple[str, list[str], list[str]]] = {
    "en": (
        "Bridge over the Tarn reopens",
        [
            "The stone bridge over the Tarn opened again on Monday after two years of repairs.",
            "Engineers replaced four arches and laid a new road surface, the county said.",
            "Read carefully, the report blames the flood of 2024 for most of the damage done to the piers.",
        ],
        [
            "Also Read: Ten bridges to see this summer", "Follow us on Google News to get the latest updates.",
            "Advertisement", "© 2026 Tarn Gazette. All rights reserved.", "Related articles", "Leave a reply",
            "Sign up for our newsletter", "Share this article", "3 comments",
        ],
    ),
    "de": (
        "Brücke über die Tarn wieder offen",
        [
            "Die steinerne Brücke über die Tarn ist seit Montag nach zwei Jahren wieder für den Verkehr geöffnet.",
            "Ingenieure ersetzten vier Bögen und erneuerten die Fahrbahn, teilte der Landkreis am Abend mit.",
            "Die Kosten von drei Millionen Euro trägt zur Hälfte das Land, den Rest zahlt die Gemeinde.",
        ],
        [
            "Lesen Sie auch: Zehn Brücken für den Sommer", "Anzeige", "Jetzt abonnieren und nichts verpassen",
            "Foto: Landkreis", "Folgen Sie uns auf Facebook", "Das könnte Sie auch interessieren", "Kommentare",
        ],
    ),
    "fr": (
        "Le pont sur le Tarn rouvre",
        [
            "Le pont de pierre sur le Tarn a rouvert lundi après deux années de travaux de consolidation.",
            "Les ingénieurs ont remplacé quatre arches et refait la chaussée, a indiqué le département.",
        ],
        [
            "À lire aussi : Dix ponts à voir cet été", "Publicité", "Abonnez-vous à notre newsletter",
            "Suivez-nous sur Instagram", "Articles liés", "Laisser un commentaire", "Partager",
        ],
    ),
    "es": (
        "Reabre el puente sobre el Tarn",
        [
            "El puente de piedra sobre el Tarn volvió a abrir el lunes tras dos años de reparaciones.",
            "Los ingenieros sustituyeron cuatro arcos y renovaron la calzada, informó la provincia.",
        ],
        [
            "Lee también: Diez puentes para este verano", "Publicidad", "Síguenos en Twitter",
            "Suscríbete a nuestro boletín", "Noticias relacionadas", "Deja un comentario", "Compartir",
        ],
    ),
    "pt": (
        "Ponte sobre o Tarn reabre",
        [
            "A ponte de pedra sobre o Tarn reabriu na segunda-feira após dois anos de obras de reparação.",
            "Os engenheiros substituíram quatro arcos e refizeram o piso da estrada, informou o município.",
        ],
        [
            "Leia também: Dez pontes para ver neste verão", "Publicidade", "Siga-nos no Instagram",
            "Inscreva-se na nossa newsletter", "Notícias relacionadas", "Deixe um comentário", "Compartilhar",
        ],
    ),
    "it": (
        "Riapre il ponte sul Tarn",
        [
            "Il ponte di pietra sul Tarn ha riaperto lunedì dopo due anni di lavori di restauro.",
            "Gli ingegneri hanno sostituito quattro arcate e rifatto la strada, ha detto la provincia.",
        ],
        [
            "Leggi anche: Dieci ponti da vedere", "Pubblicità", "Seguici su Facebook", "Iscriviti alla newsletter",
            "Articoli correlati", "Lascia un commento", "Condividi",
        ],
    ),
    "nl": (
        "Brug over de Tarn weer open",
        [
            "De stenen brug over de Tarn is maandag na twee jaar van herstelwerk weer opengegaan.",
            "Ingenieurs vervingen vier bogen en legden een nieuw wegdek, meldde de provincie.",
        ],
        ["Lees ook: Tien bruggen", "Advertentie", "Volg ons op Facebook", "Gerelateerde artikelen", "Reacties"],
    ),
    "pl": (
        "Most na rzece Tarn znów otwarty",
        [
            "Kamienny most na rzece Tarn otwarto w poniedziałek po dwóch latach remontu konstrukcji.",
            "Inżynierowie wymienili cztery łuki i położyli nową nawierzchnię, podał powiat.",
        ],
        ["Czytaj także: Dziesięć mostów", "Reklama", "Zapisz się na newsletter", "Powiązane artykuły", "Komentarze"],
    ),
    "ru": (
        "Мост через Тарн снова открыт",
        [
            "Каменный мост через Тарн открыли в понедельник после двух лет ремонта опор и арок.",
            "Инженеры заменили четыре арки и уложили новое покрытие, сообщили власти округа.",
        ],
        ["Читайте также: Десять мостов", "Реклама", "Подписывайтесь на наш канал", "Похожие новости", "Комментарии"],
    ),
    "tr": (
        "Tarn köprüsü yeniden açıldı",
        [
            "Tarn üzerindeki taş köprü iki yıl süren onarımın ardından pazartesi günü yeniden açıldı.",
            "Mühendisler dört kemeri yeniledi ve yeni bir yol döşedi, valilik böyle açıkladı.",
        ],
        ["Ayrıca okuyun: On köprü", "Reklam", "Bizi takip edin", "İlgili haberler", "Yorumlar"],
    ),
    "ar": (
        "إعادة فتح الجسر على النهر",
        [
            "أعيد فتح الجسر الحجري على النهر يوم الاثنين بعد عامين من أعمال الترميم المتواصلة.",
            "استبدل المهندسون أربعة أقواس ووضعوا سطحا جديدا للطريق، وفق ما أعلنته المحافظة.",
        ],
        ["اقرأ أيضا: عشرة جسور", "إعلان", "تابعنا على فيسبوك", "مقالات ذات صلة", "اترك تعليقا"],
    ),
    "ja": (
        "タルン川の橋が再開通",
        [
            "タルン川に架かる石橋が、二年間の修復工事を終えて月曜日に再び開通した。",
            "技術者たちは四つのアーチを取り替え、新しい路面を敷いたと県が発表した。",
        ],
        ["関連記事：夏に見たい十の橋", "広告", "シェアする", "人気記事", "コメントを残す"],
    ),
}  # fmt: skip


def scraped(title: str, paragraphs: list[str], furniture: list[str]) -> str:
    """The title twice, the furniture between the paragraphs, the footer's part of it at the end."""
    half = len(furniture) // 2
    between = chain.from_iterable(zip(paragraphs, furniture[:half], strict=False))
    rest = paragraphs[half:]
    return "\n\n".join([title, *between, title, *rest, *furniture[half:]])


@pytest.mark.parametrize("language", CASES)
def test_furniture_goes_and_sentences_stay(language: str) -> None:
    title, paragraphs, furniture = CASES[language]
    _, lines, reasons = read_text(scraped(title, paragraphs, furniture), None)
    kept = [line for line, reason in zip(lines, reasons, strict=True) if reason is None]
    assert kept == [line for line in lines if line in paragraphs]
    assert set(kept) == {p for p in paragraphs if p in lines}


@pytest.mark.parametrize("language", CASES)
def test_title_and_language_of_text(language: str) -> None:
    title, paragraphs, furniture = CASES[language]
    page = PageMessage(
        url="https://news.example/bridge",
        text=scraped(title, paragraphs, furniture),
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    found = extract(page, CleanLimits(min_words=5))
    assert isinstance(found, Article)
    assert (found.title, found.language) == (title, language)


CAPTION = "Visitors look at the rebuilt stone arches near the town"


def test_a_caption_before_a_heading_goes_and_the_heading_stays() -> None:
    paragraph = "The bridge was closed in 2024 after a flood had damaged two of its piers badly."
    text = "\n".join(["Bridge reopens", paragraph, CAPTION, "A long closure", paragraph.replace("two", "both")])
    _, lines, reasons = read_text(text, None)
    assert reasons[lines.index(CAPTION)]
    assert reasons[lines.index("A long closure")] is None


def test_a_list_after_a_colon_stays() -> None:
    text = "Bridge reopens\nThe county paid for the following parts of the work:\nfour new arches\na new surface"
    _, lines, reasons = read_text(text, None)
    assert [line for line, reason in zip(lines, reasons, strict=True) if reason is None] == lines[1:]


def test_lines_wrapped_at_a_width_become_paragraphs() -> None:
    text = (
        "Bridge reopens\n\nThe stone bridge over the river opened again on Monday after two\n"
        "years of repairs that cost three million euros and kept lorries on\nthe other bank.\n\n"
        "Engineers replaced four of the arches and laid a new surface, which the\n"
        "county said would last for at least fifty years if salt is kept away\nfrom it."
    )
    _, lines, _ = read_text(text, None)
    assert len(lines) == 3
    assert lines[1].startswith("The stone bridge")
    assert lines[1].endswith("the other bank.")


def test_a_text_of_endless_lines_is_cut() -> None:
    """Found by fuzzing (facts 98356)."""
    _, lines, _ = read_text("a line\n" * 60_000, None)
    assert len(lines) == 50_000


def test_a_given_title_wins() -> None:
    title, lines, reasons = read_text(
        "Bridge reopens\nThe bridge opened again on Monday after two years.", "Another title"
    )
    assert title == "Another title"
    assert reasons[lines.index("Bridge reopens")] is None


SENTENCES = (
    "Subscribe to that theory and you would expect the pound to recover, but the markets think otherwise.",
    "Subscribe to that theory at your peril.",
    "Sign up for Medicare by Sunday, the agency told people over 65, or a penalty will be due for every year.",
    "Next-gen trains will run in the valley",
    "Hintergrund: Seit Jahren streiten die beiden Gemeinden über den Verlauf der Grenze im Norden.",
    "Mit ihrer Zustimmung hat die Kanzlerin den Weg für eine Reform des Wahlrechts frei gemacht.",
    "S'abonner à cette thèse revient à oublier les trente dernières années, répond l'historienne.",
    "Recibe las críticas con calma la alcaldesa, que no piensa dimitir ni cambiar su plan.",
    "Siga o dinheiro, dizia o velho procurador, e o caminho levava sempre à mesma quinta.",
    "Registrati tre nuovi casi di influenza aviaria in un allevamento della provincia.",
    "Reageer op een brand nooit met water als er olie in de pan zit, waarschuwt de brandweer.",
    "Dołącz do tego rosnące ceny energii, a zrozumiesz, dlaczego piekarnie znikają z miasteczek.",
    "Следите за уровнем воды, предупредили жителей спасатели, и не подходите к берегу.",
    "Paylaş, sonra yine paylaş: köyde su yüz yıldır böyle dağıtılıyor.",
    "شارك آلاف الأشخاص في الاحتجاج الذي دعت إليه نقابة المعلمين.",
    "アプリを使って注文した客は、店に着くとすぐに品物を受け取れる。",
    "下载量在一个月内超过了一百万次，开发者说他没有想到。",
    "הצטרפו אליו עשרות תושבים שצעדו יחד עד לכיכר העיר.",
)
REQUESTS = (
    "Subscribe to The Echo",
    "Subscribe to The Echo to read all of the headlines from the valley every single morning.",
    "Sign up for The Daily Tarn and get the day's best stories every morning before you leave the house.",
    "Melden Sie sich hier an, um jeden Morgen unseren kostenlosen Newsletter zu lesen.",
    "Recibe las noticias más importantes del valle cada mañana en tu correo.",
    "Registrati gratuitamente per continuare a leggere questo articolo.",
    "Следите за новостями долины в нашем телеграм-канале каждый день.",
    "اشترك في نشرتنا البريدية لتصلك آخر أخبار الوادي كل صباح.",
    "アプリをダウンロードすると、限定の記事を無料で読めます。",
    "下载客户端，随时随地查看更多新闻。",
)


@pytest.mark.parametrize("line", SENTENCES)
def test_what_only_begins_like_furniture_stays(line: str) -> None:
    assert reason_of(line) is None


@pytest.mark.parametrize("line", REQUESTS)
def test_a_request_in_a_whole_sentence_goes(line: str) -> None:
    assert reason_of(line) == ASKS
