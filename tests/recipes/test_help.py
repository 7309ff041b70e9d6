import inspect
import runpy

import pytest
from helpers import ROOT, load_recipe

RECIPES = sorted(path.stem for path in (ROOT / "recipes").glob("*.py"))


@pytest.mark.parametrize("name", RECIPES)
def test_help_says_what_each_option_is_for_and_what_it_is_when_left_out(name, monkeypatch, capsys):
    path = str(ROOT / "recipes" / f"{name}.py")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("sys.argv", [path, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(path, run_name="__main__")
    assert not ended.value.code
    text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for option in inspect.signature(load_recipe(name).main).parameters.values():
        flag = f"--{option.name.replace('_', '-')} "
        assert flag in text, f"{flag} is not in --help"
        if option.default is not None and option.default is not option.empty:
            left_out = '""' if option.default == "" else option.default
            default = f"[default: {left_out}]"
            described = text.split(flag, 1)[1].split("[default:", 1)
            assert f"[default:{described[1]}".startswith(default), f"{flag} shows no {default}"
        assert len(text.split(flag, 1)[1].split()) > 3, f"{flag} is not described"
