from .articles import read_articles as read_articles
from .parsing import describe_pipeline as describe_pipeline
from .parsing import load_pipeline as load_pipeline
from .parsing import parse_articles as parse_articles
from .tables import find_within as find_within
