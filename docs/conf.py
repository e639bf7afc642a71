"""How the manual becomes a site: Sphinx with MyST Markdown. `make docs` builds it.

Nothing is fetched while building, and no page loads anything from elsewhere.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from signac.version import __version__

project = "signac 3"
author = "The signac 3 authors"
project_copyright = "the signac 3 authors"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "contents",
    "docstrings",
]
exclude_patterns = ["_build", "images"]
source_suffix = {".md": "markdown"}

# Headings have the anchors that a code host gives them, so links work in both places.
myst_heading_anchors = 4
highlight_language = "text"

default_role = "py:obj"
nitpicky = True
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 72
napoleon_google_docstring = napoleon_numpy_docstring = False  # `docstrings` does it
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_preprocess_types = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "signac 3"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_favicon = "_static/mark.svg"
html_logo = "_static/mark.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5f8a",
        "color-brand-content": "#0b6a9b",
        "color-brand-visited": "#0b6a9b",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6fc3ea",
        "color-brand-content": "#7cc9ee",
        "color-brand-visited": "#7cc9ee",
    },
}
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_selector = "div.highlight-python pre, div.highlight-sh pre, div.highlight-console pre"
