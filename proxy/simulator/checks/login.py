"""Trials of the login: the right one opens, a wrong one is told so in the way ShipStation
understands.
"""

from __future__ import annotations

from http import HTTPStatus

from proxy.doors.custom_store.credentials import Credentials
from proxy.simulator.answers import Answer
from proxy.simulator.client import Login
from proxy.simulator.exam import MINUTE, Exam
from proxy.simulator.poller import NoAnswerError, export_query
from proxy.simulator.promises import Promise, Verdict, report_broken, report_kept

WRONG = Credentials(username="portside-simulator", password="wrong-on-purpose")  # noqa: S106 - wrong on purpose


async def _ask_as_stranger(exam: Exam, login: Login) -> Answer | Verdict:
    """What the store answers to a login that must not open it."""
    stranger = exam.client.with_login(login, WRONG)
    try:
        return await stranger.fetch(export_query(exam.now - 5 * MINUTE, exam.now, 1))
    except NoAnswerError as error:
        return report_broken(str(error))


async def _try_wrong_password(exam: Exam) -> Verdict:
    login = exam.client.login
    return _judge_answer(await _ask_as_stranger(exam, login))


async def _try_no_password(exam: Exam) -> Verdict:
    return _judge_answer(await _ask_as_stranger(exam, Login.NONE))


def _judge_answer(answer: Answer | Verdict) -> Verdict:
    if isinstance(answer, Verdict):
        return answer
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return report_kept("status 401")
    if answer.status < HTTPStatus.BAD_REQUEST and not answer.body.strip():
        return report_broken(
            f"status {answer.status} and an empty body: ShipStation then says 'Root element is"
            " missing'"
        )
    return report_broken(f"status {answer.status}: {answer.excerpt or 'nothing'}")


async def _try_challenge(exam: Exam) -> Verdict:
    answer = await _ask_as_stranger(exam, Login.NONE)
    if isinstance(answer, Verdict):
        return answer
    challenge = answer.headers.get("www-authenticate", "")
    if challenge.lower().startswith("basic"):
        return report_kept(challenge)
    return report_broken(
        f"WWW-Authenticate: {challenge}" if challenge else "no WWW-Authenticate header"
    )


LOGIN = (
    Promise(
        name="login-wrong",
        text="A wrong password is answered with 401",
        advice=(
            "Answer 401, never 200 with an empty body or with an error text; and compare the"
            " credentials at all."
        ),
        trial=_try_wrong_password,
    ),
    Promise(
        name="login-missing",
        text="A request without a password is answered with 401",
        advice="Answer 401; with 200 anybody can read the orders.",
        trial=_try_no_password,
    ),
    Promise(
        name="login-challenge",
        text="A 401 carries a Basic challenge",
        advice=(
            'Send `WWW-Authenticate: Basic realm="…"` with it; some clients send the password only'
            " then."
        ),
        trial=_try_challenge,
    ),
)
