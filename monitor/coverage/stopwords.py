"""
Words of grammar, which say nothing of what an item is about: folded lemmas and forms.

Written by hand from the commonest lemmas of either language's news. Words of the news,
such as *gobierno* or *war*, are none, however common: how a side uses them is the
question.
"""

from collections.abc import Mapping

from monitor.model import Language

_EN = """
a about above across after again against ago all almost along already also
although always am amid among an and another any anyone anything are around as
at away back be because been before behind being below between beyond both but
by can come could did do does done down due during each either else ever every
few for from further get give go had has have he her here hers him his how
however i if in into is it its just know late least less let like ll made make
many may me might more most much must my near never new next no nor not nothing
now of off often on once one only onto or other our out over own per put re
same say see set she should show since so some still such take tell than that
the their them then there these they thing this those though three through
thus time to today together too toward two under until up upon us use ve very
via was way we well were what when where whether which while who whom whose why
will with within without would year yes yet you your s t day week month first
last monday tuesday wednesday thursday friday saturday sunday
"""
_ES = """
a acaso ademas ahi ahora al algo alguien algun alguno alla alli ante antes
apenas aquel aqui asi aun aunque ayer bajo bastante bien cada casi como con
conocer contra cual cualquier cuando cuanto cuyo dar de deber decir dejar del
demas dentro desde despues dia donde dos durante e el ella ellas ellos en
encima encontrar entonces entre era es ese eso esta estar este esto fin fue
fuera gran grande haber hace hacer hacia hasta hay hora hoy incluso ir jamas
junto la las le les llegar llevar lo los luego mas mayor me medio mejor menos
mes mi mientras mio mismo mucho muy nada nadie ni ningun ninguno no nos nosotros
nuestro nueve nuevo nunca o otro para parte pasado pasar pero poco poder poner
por porque primero primer proximo pues que quien quiza saber salir se segun
seguir semana ser si sido siempre sin sino sobre solo son su suyo tal tambien
tampoco tan tanto tener tercer ti toda todavia todo tras traves tres tu tuyo u
ultimo un una uno usted van varios veces venir ver vez y ya yo ano lunes martes
miercoles jueves viernes sabado domingo manana tarde noche aqui cuales
"""
STOPWORDS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(_EN.split()),
    "es": frozenset(_ES.split()),
}
