"""What is commonly written by hand: FastAPI around a model and `shap.TreeExplainer`, given finished features.

Run as `python -m benchmarks.servers.fastapi_shap MODEL.txt PORT`; one process, uvloop and httptools, no access log.
"""

import sys

import lightgbm
import numpy as np
import shap
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel


class Features(BaseModel):
    features: list[list[float | None]]


def make(model: str) -> FastAPI:
    booster = lightgbm.Booster(model_file=model)
    booster.params["num_threads"] = 1
    explainer = shap.TreeExplainer(booster)
    app = FastAPI()

    @app.post("/score")
    async def score(request: Request) -> dict[str, object]:
        given = Features.model_validate_json(await request.body())
        values = np.array(given.features, dtype=np.float64)
        margin = np.asarray(booster.predict(values, raw_score=True, num_threads=1))
        return {
            "probability": (1 / (1 + np.exp(-margin))).tolist(),
            "contributions": np.asarray(explainer.shap_values(values)).tolist(),
        }

    return app


if __name__ == "__main__":
    where = {"host": "127.0.0.1", "port": int(sys.argv[2])}
    uvicorn.run(make(sys.argv[1]), **where, log_level="error", access_log=False)  # type: ignore[arg-type]
