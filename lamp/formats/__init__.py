"""Reading and writing motion and models in other formats."""
