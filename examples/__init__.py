"""Small programs that use the project as another would."""
