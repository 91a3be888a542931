"""Words that decide what a name is and where it starts."""

from services.contracts.messages import EntityType
from services.enrich.data_files import lines

TYPES: dict[str, EntityType] = {
    # OntoNotes 5 labels, as in the English pipelines
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "group",
    "EVENT": "event",
    "PRODUCT": "product",
    "WORK_OF_ART": "work",
    "LAW": "law",
    # WikiNER and CoNLL 2003 labels, as in most other pipelines; their MISC says too little to be kept
    "PER": "person",
}
"""spaCy's labels to our types; other labels (dates, money, numbers, languages) are dropped."""

LEADING = frozenset(lines("leading-words.txt"))
"""Articles (in lower case) and forms of address (as written) that stand before a name and are no part of it."""

NO_NAMES = frozenset(lines("no-names.txt"))
"""What is never a name, in lower case."""

COMPANY_FORMS = frozenset(lines("company-forms.txt"))
"""Legal forms at the end of companies' names, in lower case without full stops."""
