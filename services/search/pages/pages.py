"""Routes of the web page."""
from pathlib import Path
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
router = APIRouter(include_in_schema=False)
STATIC = Path(__file__).parent / "static"
def mount_static(app: FastAPI) -> None:
    """Serve styles and scripts."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
