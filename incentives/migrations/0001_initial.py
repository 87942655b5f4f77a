import accounts.people.models
import accounts.tenancy.models
import accounts.tenancy.operations
import django.contrib.postgres.constraints
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('pipeline', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PlanAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='to')),
                ('role', models.CharField(blank=True, choices=[('admin', 'Admin'), ('executive', 'Executive'), ('manager', 'Manager'), ('rep', 'Rep'), ('hr', 'HR')], max_length=10, verbose_name='role')),
                ('member', accounts.tenancy.models.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('plan', accounts.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='incentives.plan')),
                ('team', accounts.tenancy.models.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('effective_from', models.DateField(verbose_name='effective from')),
                ('document', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='document')),
                ('digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', accounts.tenancy.models.TenantForeignKey(looked_up=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('plan', accounts.tenancy.models.TenantForeignKey(looked_up=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='incentives.plan')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Earning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('place', models.PositiveSmallIntegerField()),
                ('component', models.CharField(max_length=200)),
                ('period', models.CharField(max_length=7)),
                ('measure', models.DecimalField(decimal_places=30, max_digits=50)),
                ('quota', models.DecimalField(decimal_places=30, max_digits=50, null=True)),
                ('earned', models.BigIntegerField()),
                ('adjusted', models.BigIntegerField(default=0)),
                ('participant', accounts.tenancy.models.TenantForeignKey(looked_up=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('plan_version', accounts.tenancy.models.TenantForeignKey(looked_up=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incentives.planversion')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('currency', models.CharField(max_length=3)),
                ('earned', models.BigIntegerField(default=0, verbose_name='earned')),
                ('guaranteed', models.BigIntegerField(default=0, verbose_name='guaranteed')),
                ('capped', models.BigIntegerField(default=0, verbose_name='capped')),
                ('held', models.BigIntegerField(default=0, verbose_name='held')),
                ('released', models.BigIntegerField(default=0, verbose_name='released')),
                ('clawed_back', models.BigIntegerField(default=0, verbose_name='clawed back')),
                ('draw_advanced', models.BigIntegerField(default=0, verbose_name='draw advanced')),
                ('draw_recovered', models.BigIntegerField(default=0, verbose_name='draw recovered')),
                ('draw_balance', models.BigIntegerField(default=0, verbose_name='draw balance')),
                ('adjusted', models.BigIntegerField(default=0, verbose_name='adjusted')),
                ('written_off', models.BigIntegerField(default=0, verbose_name='written off')),
                ('carried', models.BigIntegerField(default=0, verbose_name='carried')),
                ('payable', models.BigIntegerField(default=0, verbose_name='payable')),
                ('engine_version', models.CharField(max_length=20)),
                ('input_digest', models.CharField(max_length=64)),
                ('content_digest', models.CharField(max_length=64)),
                ('position', models.BigIntegerField()),
                ('computed_at', models.DateTimeField()),
                ('participant', accounts.tenancy.models.TenantForeignKey(looked_up=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('plan_version', accounts.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incentives.planversion')),
                ('team', accounts.tenancy.models.TenantForeignKey(looked_up=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='StatementProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('component', models.CharField(max_length=200)),
                ('period', models.CharField(max_length=7)),
                ('code', models.CharField(max_length=40)),
                ('message', models.TextField()),
                ('participant', accounts.tenancy.models.TenantForeignKey(looked_up=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='EarningLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('place', models.PositiveSmallIntegerField()),
                ('seq', models.PositiveIntegerField()),
                ('date', models.DateField()),
                ('base', models.DecimalField(decimal_places=30, max_digits=50)),
                ('exact', models.DecimalField(decimal_places=30, max_digits=60)),
                ('amount', models.BigIntegerField()),
                ('note', models.CharField(blank=True, choices=[('', 'credit'), ('true_up', 'trued up'), ('correction', 'correction')], max_length=10)),
                ('slices', models.JSONField(default=list)),
                ('corrects', accounts.tenancy.models.TenantForeignKey(looked_up=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incentives.earningline')),
                ('credit_line', accounts.tenancy.models.TenantForeignKey(looked_up=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.creditline')),
                ('participant', accounts.tenancy.models.TenantForeignKey(looked_up=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'participant', 'month', 'place', 'seq'), name='earning_line_seq'), models.CheckConstraint(condition=models.Q(('note__in', ['', 'true_up', 'correction'])), name='earning_line_note'), models.CheckConstraint(condition=models.Q(('date__gte', models.F('month')), ('note', 'correction'), _connector='OR'), name='earning_line_date')],
            },
        ),
        migrations.CreateModel(
            name='PayoutBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('approved', 'Approved')], default='draft', max_length=9, verbose_name='state')),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('returned_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('approved_by', accounts.tenancy.models.TenantForeignKey(looked_up=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('approved_user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', accounts.tenancy.models.TenantForeignKey(looked_up=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('submitted_user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'month'), name='payout_batch_month'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'in_review', 'approved'])), name='payout_state'), models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False), ('submitted_user__isnull', False)), _connector='OR'), name='payout_submitted'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('approved_user__isnull', False), models.Q(('approved_user', models.F('submitted_user')), _negated=True)), _connector='OR'), name='payout_two_people')],
            },
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('tenant', 'name'), name='plan_tenant_name'),
        ),
        migrations.AddConstraint(
            model_name='planassignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('member', None), ('role__in', ['admin', 'executive', 'manager', 'rep', 'hr']), ('team', None)), models.Q(('member', None), ('role', ''), ('team__isnull', False)), models.Q(('member__isnull', False), ('role', ''), ('team', None)), _connector='OR'), name='plan_assignment_one_target'),
        ),
        migrations.AddConstraint(
            model_name='planassignment',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', False)), name='plan_assignment_starts'),
        ),
        migrations.AddConstraint(
            model_name='planassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('role', ''), _negated=True), expressions=[('tenant', '='), ('role', '='), (accounts.people.models.Days(), '&&')], name='plan_assignment_role_overlap'),
        ),
        migrations.AddConstraint(
            model_name='planassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('tenant', '='), ('team', '='), (accounts.people.models.Days(), '&&')], name='plan_assignment_team_overlap'),
        ),
        migrations.AddConstraint(
            model_name='planassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('tenant', '='), ('member', '='), (accounts.people.models.Days(), '&&')], name='plan_assignment_member_overlap'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(fields=('tenant', 'plan', 'number'), name='plan_version_number'),
        ),
        migrations.AddIndex(
            model_name='earning',
            index=models.Index(fields=['tenant', 'month'], name='earning_tenant_month'),
        ),
        migrations.AddConstraint(
            model_name='earning',
            constraint=models.UniqueConstraint(fields=('tenant', 'participant', 'month', 'place'), name='earning_month_place'),
        ),
        migrations.AddIndex(
            model_name='statement',
            index=models.Index(fields=['tenant', 'month', 'participant'], name='statement_tenant_month'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('tenant', 'participant', 'month'), name='statement_month'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('carried__lte', 0), ('payable__gte', 0)), name='statement_payable'),
        ),
        migrations.AddIndex(
            model_name='statementproblem',
            index=models.Index(fields=['tenant', 'month'], name='statement_problem_tenant_month'),
        ),
        migrations.AddConstraint(
            model_name='statementproblem',
            constraint=models.UniqueConstraint(fields=('tenant', 'participant', 'month', 'component', 'period'), name='statement_problem_month'),
        ),
        accounts.tenancy.operations.ProtectTenantTables(
            'Plan', 'PlanVersion', 'PlanAssignment', 'Statement', 'Earning', 'EarningLine', 'StatementProblem', 'PayoutBatch',
            append_only=('PlanVersion',),
        ),
    ]
