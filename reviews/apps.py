from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from reviews.cycles import filling as cycles  # noqa: PLC0415 (models are loaded only now)
        from reviews.feedback.filling import fill_slots  # noqa: PLC0415

        fill_slots()
        cycles.fill_slots()
