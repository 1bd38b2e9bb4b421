"""newslab: profile a news document, and publish what it claims, who says so, and where each claim stands."""
