"""What a company watches, and how closely: each detector with the company's own values, or its defaults."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.risks.models import RiskSetting
from pipeline.risks.registry import Detector, Parameter, Severity, every_detector


@dataclass(frozen=True, slots=True)
class Rule:
    """A detector as it runs for the company. `version` 0: nobody has set anything yet."""

    detector: Detector
    enabled: bool
    severity: Severity
    parameters: dict[str, int]
    version: int = 0

    @property
    def in_force(self) -> list[tuple[Parameter, int]]:
        """Each parameter with its value."""
        return [(parameter, self.parameters[parameter.name]) for parameter in self.detector.parameters]


def rules_in_force() -> list[Rule]:
    """Every kind in its order, with what the company has set. One query."""
    settings = {setting.kind: setting for setting in RiskSetting.objects.all()}
    return [rule_of(detector, settings.get(detector.kind)) for detector in every_detector()]


def rule_of(detector: Detector, setting: RiskSetting | None) -> Rule:
    """A value that today's detector would refuse was set for an older one, and the default holds."""
    if setting is None:
        return Rule(detector, enabled=True, severity=detector.severity, parameters=detector.defaults())
    values = detector.defaults()
    for parameter in detector.parameters:
        value = setting.parameters.get(parameter.name)
        if isinstance(value, int) and parameter.minimum <= value <= parameter.maximum:
            values[parameter.name] = value
    return Rule(detector, setting.enabled, Severity(setting.severity), values, setting.version)
