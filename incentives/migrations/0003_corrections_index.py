from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incentives', '0002_lock_approved_months'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='earningline',
            index=models.Index(condition=models.Q(('corrects__isnull', False)), fields=['tenant', 'corrects'], name='earning_line_corrects'),
        ),
    ]
