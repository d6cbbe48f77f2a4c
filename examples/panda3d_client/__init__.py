"""A game in Panda3D whose character is driven by a LaMP server."""
