"""Students who belong together: siblings, a dormitory, one incident, friends of somebody who attempted."""
