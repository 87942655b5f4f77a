from django.urls import path

from pipeline.tasks import api, views

urlpatterns = [
    path("tasks/", views.task_list, name="task_list"),
    path("tasks/new/", views.task_create, name="task_create"),
    path("tasks/my-day/", views.my_day, name="my_day"),
    path("tasks/<int:task_id>/edit/", views.task_edit, name="task_edit"),
    path("tasks/<int:task_id>/done/", views.task_done, name="task_done"),
    path("tasks/<int:task_id>/reopen/", views.task_reopen, name="task_reopen"),
    path("api/v1/tasks/", api.TaskListView.as_view(), name="api_task_list"),
    path("api/v1/tasks/<int:task_id>/", api.TaskView.as_view(), name="api_task_detail"),
    path("api/v1/tasks/<int:task_id>/done/", api.TaskDoneView.as_view(), name="api_task_done"),
    path("api/v1/tasks/<int:task_id>/reopen/", api.TaskReopenView.as_view(), name="api_task_reopen"),
]
