"""Scoring over gRPC: one score a trajectory, whatever is wrong with the others."""

from its.reward.v1 import reward_pb2 as pb


async def test_every_trajectory_gets_a_score(reward):
    request = pb.ScoreRequest(request_id="r", text="Two and two?")
    for name in ("a", "b", "c"):
        trajectory = request.trajectories.add(id=name)
        trajectory.text.steps.extend(["It is 4.\n\n", f"So {name}.\n\n"])
    response = await reward.Score(request)
    print(response)
